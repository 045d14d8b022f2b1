// `evidence sign POINTER…`: what was pushed without a signature gets one, and its pointer the place of signed ones.

import { dirname } from 'node:path';

import { WORST_EXIT_CODES } from '../../attestation/verdict.ts';
import { EvidenceError, attempt, faultOf } from '../../errors/evidence-error.ts';
import { ATTESTATION_FILE } from '../../evidence/layout.ts';
import type { UnsignedEvidence } from '../../evidence/pack/read-unsigned.ts';
import { unsignedIn } from '../../evidence/pack/unsigned-artifact.ts';
import { renderPointer } from '../../evidence/pointer/pointer.ts';
import type { PointerFile } from '../../evidence/verify/check-pointer.ts';
import { readLayer } from '../../evidence/verify/read-layer.ts';
import { STDIN } from '../../io/disk/files.ts';
import { say, warn } from '../../io/disk/talk.ts';
import { pausesOf } from '../../io/oci/pauses.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import { MAX_OCI_MANIFEST_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { attachReferrer } from '../../pointer/attach.ts';
import { attestationManifest } from '../../pointer/attestation-manifest.ts';
import { requireStored } from '../../pointer/find-attestations.ts';
import { locationFailed } from '../../pointer/locations.ts';
import { bytesFrom, type OpenBlob } from '../../pointer/push-manifest.ts';
import type { Repository, StoredManifest } from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { exitCodeOf } from '../call/exit-codes.ts';
import { maxRunSpanOf } from '../call/run-flags.ts';
import { SIGNING_FILES } from '../call/signing-flags.ts';
import { fromFirst } from './from-first.ts';
import {
  pointedArtifact,
  readPointerFile,
  requirePointed,
  typedLocations,
} from './named-artifact.ts';
import { pointerTo } from './publish-pointer.ts';
import { sayFindings, sayVerified } from './say-findings.ts';
import { sayPublished } from './say-published.ts';
import { attestationFor, attestationPath, forgetAttestation } from './sign-artifact.ts';
import { addToTree, removePointer } from './write-pointer.ts';

/** Each is judged by itself: one that fails does not stop the others. The worst exit code is that of all. */
export async function signPointers(call: Call, paths: readonly string[]): Promise<number> {
  requireGoodCall(call, paths);
  // A registry is told that an upload is over, also after an interrupt.
  call.waitForEnd();
  const [only, ...others] = paths;
  if (only !== undefined && others.length === 0) return await signPointer(only, call);
  const codes = new Set<number>();
  for (const path of paths) {
    say(`affidavit: ${escapeInvisible(path)}\n`);
    codes.add(await exitCodeFor(signPointer(path, call)));
  }
  return WORST_EXIT_CODES.find((code) => codes.has(code)) ?? 0;
}

async function exitCodeFor(work: Promise<number>): Promise<number> {
  try {
    return await work;
  } catch (error) {
    const isOfOne = error instanceof EvidenceError && error.class !== 'interrupted';
    if (!isOfOne || error.class === 'internal') throw error;
    sayFindings([faultOf(error)], 'error');
    return exitCodeOf(error);
  }
}

/** Before anything is signed. */
function requireGoodCall({ options, environment }: Call, paths: readonly string[]): void {
  const place = { code: 'USAGE', at: '--key' } as const;
  if (options.has('key')) {
    const hint = 'sign as an identity: leave out --key';
    refuse({ ...place, hint }, 'a key', 'an identity, which a pointer names');
  }
  const files = [
    ...SIGNING_FILES.flatMap((name) => options.text(name) ?? []),
    ...Object.values(servicePaths(environment)),
    ...(paths.length > 1 ? [options.text('identity-token')] : []),
  ];
  if (!files.includes(STDIN)) return;
  const hint = 'write it to a file first, or sign the pointers one by one';
  refuse({ ...place, at: '-', hint }, 'standard input', 'what can be read more than once');
}

/** An artifact without a signature, and who serves it. */
interface Received {
  readonly from: Repository;
  readonly artifact: StoredManifest;
  readonly unsigned: UnsignedEvidence;
}

/**
 * The new pointer is written before the old one is removed, and what was signed is kept until both is done: whatever
 * fails, the same command goes on.
 */
async function signPointer(path: string, call: Call): Promise<number> {
  call.signal.throwIfAborted();
  const file = await readPointerFile(path);
  if (file.pointer.signer !== undefined) {
    say(`affidavit: ${file.file} is signed already: nothing is done\n`);
    return 0;
  }
  const more = typedLocations(call);
  const { places, digest } = await pointedArtifact(file, { call, more });
  const [own] = places;
  const received = await call.progress('verifying', receive(places, file, call));
  sayVerified(received.unsigned);
  // To which it is attached: whether it is there is known before anything is signed.
  if (received.from !== own) await requireThere(own, received);
  await signReceived({ ...received, path, file, places: attachable(places, more) }, call);
  process.stdout.write(`${own.name}@${digest}\n`);
  return received.unsigned.exitCode;
}

async function receive(
  places: readonly Repository[],
  pointer: PointerFile,
  call: Call,
): Promise<Received> {
  const { digest } = requirePointed(pointer);
  const { from, artifact, layer } = await fromFirst(places, async (place) => {
    const stored = await requireStored(place, digest);
    return { from: place, artifact: stored, layer: await readLayer(place, stored) };
  });
  const rules = { maxRunSpan: maxRunSpanOf(call.options), pointer };
  const unsigned = unsignedIn(layer, rules);
  // It is about to be signed: then somebody vouches for it.
  const findings = unsigned.findings.filter(({ code }) => code !== 'POINTER_NOT_CONFIRMED');
  return { from, artifact, unsigned: { ...unsigned, findings } };
}

/** Nothing but a signature is written to a registry here. */
async function requireThere(own: Repository, { from, artifact: { digest } }: Received) {
  if ((await own.readManifest(digest, MAX_OCI_MANIFEST_BYTES)) !== undefined) return;
  const names = [`oci://${from.name}@${digest}`, `oci://${own.name}`];
  const hint = `push it there first: ${commandLine(['affidavit', 'evidence', 'mirror', ...names])}`;
  const place = { code: 'REGISTRY_LACKS', at: own.name, hint } as const;
  refuse(place, `no manifest ${digest}`, 'the artifact at the place that the pointer names');
}

/**
 * Whoever wrote the pointer must not choose where our login writes: to its own place and its owner's others, and to what
 * the user typed.
 */
function attachable(
  [own, ...copies]: readonly [Repository, ...Repository[]],
  typed: readonly string[],
): ToSign['places'] {
  const owner = ownerOf(own.name);
  const isOurs = ({ name }: Repository): boolean => ownerOf(name) === owner || typed.includes(name);
  for (const { name } of copies.filter((place) => !isOurs(place))) {
    sayNotAttached(name, `only the pointer names it; if it is yours, add --location ${name}`);
  }
  return [own, ...copies.filter(isOurs)];
}

/** `HOST/OWNER`; a repository of one part is its own. */
function ownerOf(name: string): string {
  return name.split('/').slice(0, 2).join('/');
}

function sayNotAttached(name: string, why: string): void {
  warn(`affidavit: not attached in ${name}: ${why}\n`);
}

interface ToSign extends Received {
  /** Of the pointer. */
  readonly path: string;
  readonly file: PointerFile;
  /** Where it is attached. */
  readonly places: readonly [Repository, ...Repository[]];
}

async function signReceived(received: ToSign, call: Call): Promise<void> {
  const { path, file, artifact, unsigned } = received;
  const [own] = received.places;
  const signing = {
    ...{
      path: attestationPath(path),
      name: requirePointed(file).oci,
      isPointed: true,
      isNew: false,
    },
    ...{ artifact: artifact.digest, packed: unsigned.packed, places: [own] as const },
  };
  const { bytes: attestation, judged } = await attestationFor(signing, call);
  const pointer = await pointerTo({
    ...{ call, manifest: artifact, signing, attestation },
    repositories: [own.name, ...(file.pointer.affidavit?.locations ?? [])],
    unfit: `nothing was attached; remove ${escapeInvisible(signing.path)}, and sign as another identity`,
  });
  await attach(received, attestation, call);
  await addToTree(call, pointer, dirname(path), call.options.has('force'));
  await removeUnsigned(path, file);
  forgetAttestation(signing.path);
  sayPublished(call, {
    ...{ name: `${own.name}@${artifact.digest}`, tags: [signing.name], judged },
    ...{ isSigned: true, hasPointer: true },
  });
}

/** A copy that does not take it is no reason for the pointer to wait: it leads to its own place first. */
async function attach(
  { artifact, places }: ToSign,
  attestation: Uint8Array,
  { signal, progress }: Call,
): Promise<void> {
  const referrer = attestationManifest(artifact, attestation, ATTESTATION_FILE);
  const open: OpenBlob = (_, offset) => bytesFrom(attestation, offset);
  for (const [index, place] of places.entries()) {
    const { error } = await attempt(async () => {
      const there = await place.readManifest(artifact.digest, MAX_OCI_MANIFEST_BYTES);
      if (there === undefined && index > 0) {
        sayNotAttached(place.name, 'the artifact is not there');
        return;
      }
      const attaching = attachReferrer(place, artifact, referrer, {
        ...{ open, pauses: pausesOf(signal) },
      });
      await progress(`attaching it in ${place.name}`, attaching);
      say(`attached: ${place.name}@${referrer.digest}\n`);
    });
    if (error === undefined) continue;
    if (index === 0) throw error;
    sayFindings([locationFailed({ name: place.name, error })]);
  }
}

/** Perhaps it is another one by now: that one nobody has signed. */
async function removeUnsigned(path: string, { file, pointer }: PointerFile): Promise<void> {
  const now = await readPointerFile(path);
  if (renderPointer(now.pointer) !== renderPointer(pointer)) {
    const hint = 'run the same command again if this one is to be signed too';
    const place = { code: 'FILE_CHANGED', at: file, hint } as const;
    refuse(place, 'another pointer than a moment before, which stays', 'the one that was signed');
  }
  removePointer(path);
}
