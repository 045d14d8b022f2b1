import type { KeyObject } from 'node:crypto';
import { rmSync } from 'node:fs';

import { parseReference } from '../../artifact-reference.ts';
import { hexOf, type Digest } from '../../digest.ts';
import {
  EvidenceError,
  faultOf,
  noneIfRefused,
  orIfRefused,
  unlessRefused,
  type Fault,
} from '../../errors/evidence-error.ts';
import { ATTESTATION } from '../../evidence/layout.ts';
import { signedStatement } from '../../evidence/pack/artifact-of.ts';
import { refuseKey } from '../../evidence/pack/make-pointer.ts';
import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import { requireSignedAfter } from '../../evidence/pack/sign-evidence.ts';
import { signAsArtifact } from '../../evidence/pack/unsigned-artifact.ts';
import type { Output } from '../../io/disk/files.ts';
import { readPrivate } from '../../io/disk/private-file.ts';
import { say } from '../../io/disk/talk.ts';
import { requireEnded, requireSignable } from '../../io/process/clock.ts';
import { unlessAborted } from '../../io/process/interrupt.ts';
import { sandboxFolder } from '../../io/sandbox/sandbox-files.ts';
import { writeWithRoot } from '../../io/sandbox/write-with-root.ts';
import { openTrustCache, readTrust } from '../../io/sigstore/read-trust.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import { openSigning, whoSigns, type SigningSession } from '../../io/sigstore/signing-session.ts';
import { MAX_SIGSTORE_BUNDLE_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { findAttestations, type Referrer } from '../../pointer/find-attestations.ts';
import type { Repository } from '../../pointer/registry.ts';
import { signerWords } from '../../policy/policy.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { withoutSlash } from '../call/layout-flag.ts';
import { trustCacheOf } from '../call/trust-flags.ts';
import { sayFindings } from './say-findings.ts';
import { signingChoice } from './signing-choice.ts';

/** Where a new signature lies until it is attached. */
export function attestationPath(bundle: string): string {
  return `${withoutSlash(bundle)}.attestation.json`;
}

/** What is signed: the artifact, by the name of its first place. */
export interface ArtifactToSign {
  readonly path: string;
  readonly name: string;
  readonly artifact: Digest;
  readonly packed: PackedEvidence;
  /** Where it will be attached. At the first one it may be already. */
  readonly places: readonly [Repository, ...Repository[]];
  /** A pointer will name the signer. */
  readonly isPointed: boolean;
  /** What is attached already does not do. */
  readonly isNew: boolean;
}

/**
 * The signature that an earlier run left for this artifact; undefined if there is none.
 *
 * @throws EvidenceError OUTPUT_EXISTS if it is that of another artifact; USAGE if it names another place
 */
function leftAttestation(signing: ArtifactToSign): Uint8Array | undefined {
  const { path, artifact, packed } = signing;
  const bytes = readPrivate(path, MAX_SIGSTORE_BUNDLE_BYTES, (file, found) =>
    refuseLeft(file, found, signatureFor(artifact)),
  );
  if (bytes === undefined) return undefined;
  const file = escapeInvisible(path);
  const { artifact: subject } = orIfRefused(
    () => signedStatement(bytes, file, packed.statement),
    ({ at, found }) => refuseLeft(file, `${at ?? file}: ${found}`, signatureFor(artifact)),
  );
  if (subject?.digest === hexOf(artifact)) {
    requireSameName(file, subject.name, signing);
    return bytes;
  }
  const signed = subject === undefined ? 'no artifact' : `sha256:${subject.digest}`;
  return refuseLeft(file, `a signature for ${signed}`, signatureFor(artifact));
}

function signatureFor(artifact: Digest): string {
  return `the signature for ${artifact}`;
}

function refuseLeft(at: string, found: string, wanted: string): never {
  throw new EvidenceError('OUTPUT_EXISTS', {
    at,
    found,
    expected: `nothing, or ${wanted}`,
    hint: 'if it is not needed any more, remove it and run the same command again',
  });
}

/** What is signed keeps its name for ever. */
function requireSameName(file: string, signed: string, { name }: ArtifactToSign): void {
  const [own, wanted] = [signed, name].map(repositoryOf);
  if (own === wanted) return;
  const hint = `publish to oci://${escapeInvisible(own ?? signed)} first; or remove the file, and it is signed anew for ${name}`;
  const place = { code: 'USAGE', at: file, hint } as const;
  refuse(place, `a signature that names ${quote(signed)}`, `one that names ${wanted}`);
}

function repositoryOf(name: string): string | undefined {
  return parseReference(name)?.repository;
}

/** A proof, under which root. */
export interface Judged {
  readonly proof: NonNullable<PackedEvidence['proof']>;
  readonly isSandbox: boolean;
  /** Undefined: the embedded one. */
  readonly rootPath: string | undefined;
}

export interface Attested {
  readonly bytes: Uint8Array;
  /** Undefined: the root in use cannot judge it. */
  readonly judged: Judged | undefined;
}

/** The signature that an earlier run left or attached, or a new one. */
export async function attestationFor(signing: ArtifactToSign, call: Call): Promise<Attested> {
  const left = leftAttestation(signing);
  if (left === undefined) return await signArtifact(signing, call);
  const signs = await signsNow(signing, call);
  const judged = await judge(left, signing.path, call, signs?.publicKeys).catch(noneIfRefused);
  const who = judged === undefined ? 'not judged' : `of ${signerWords(judged.proof.signer)}`;
  const file = escapeInvisible(signing.path);
  const isOurs = judged && (await signs?.isOurs(judged.proof.signer, true));
  // Anybody may have put it there.
  if (signs !== undefined && isOurs !== true) {
    refuseLeft(file, `a signature, ${who}`, 'one of who signs now, under the root in use');
  }
  say(`affidavit: going on with the signature in ${file}, ${who}\n`);
  return { bytes: left, judged };
}

/** Undefined: nothing says it beforehand, or it is a sandbox, which vouches for nobody. */
async function signsNow({ path, isPointed }: ArtifactToSign, call: Call) {
  if (call.options.has('sandbox')) return undefined;
  return await whoSigns({ ...signingChoice(call, path, isPointed), isPacked: true }).catch(
    (error: unknown) => {
      const isMissing = error instanceof EvidenceError && error.code === 'TOKEN_MISSING';
      if (!isMissing || call.options.has('identity-token')) throw error;
      return undefined;
    },
  );
}

/** Signs, and writes the signature beside the bundle before anything is sent. */
async function signArtifact(signing: ArtifactToSign, call: Call): Promise<Attested> {
  const { path, packed, isPointed } = signing;
  requireEnded(packed.facts.lastStop);
  const session = await openSigning({ ...signingChoice(call, path, isPointed), isPacked: true });
  try {
    const attached = await call.progress(
      'looking for a signature',
      attachedBefore(signing, session),
    );
    if (attached !== undefined) {
      session.forget(true);
      return attached;
    }
    requireSignable(packed.attestedAt);
    // A missing right shows before anything is in a log.
    for (const place of signing.places) await place.requireWritable();
    await call.beforeWriting();
    return await signAndKeep(signing, session, call);
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'SELF_CHECK_FAILED') session.forget(false);
    throw error;
  } finally {
    await session.close?.();
  }
}

/**
 * What was attached by an earlier run that nothing is left of here: this very statement about this artifact, under the
 * root in use, by who signs now. What cannot be judged is none.
 */
async function attachedBefore(
  { places: [place], artifact, packed, name, isNew }: ArtifactToSign,
  session: SigningSession,
): Promise<Attested | undefined> {
  const {
    signing: { trust },
    isOurs,
  } = session;
  if (isOurs === undefined || isNew) return undefined;
  const unread: Fault[] = [];
  for await (const referrer of attachedTo(place, artifact)) {
    if (referrer.fate === 'unread') unread.push({ ...referrer.fault, hint: SIGNED_ANEW });
    if (referrer.fate !== 'bundle') continue;
    const { bytes, digest } = referrer;
    const proof = unlessRefused(() => {
      const { artifact: subject } = signedStatement(bytes, digest, packed.statement);
      const proven = trust.verify(bytes, ATTESTATION);
      requireSignedAfter(packed, proven);
      const isSame =
        subject?.digest === hexOf(artifact) && repositoryOf(subject.name) === repositoryOf(name);
      return isSame ? proven : undefined;
    });
    if (proof === undefined || !(await isOurs(proof.signer, false))) continue;
    say(
      `affidavit: signed already by ${signerWords(proof.signer)}: nothing is signed, ${place.name}@${digest} is used\n`,
    );
    return { bytes, judged: judgedBy(session, proof) };
  }
  sayFindings(unread);
  return undefined;
}

const SIGNED_ANEW = 'it is signed anew, whether or not a signature is attached there';

/** Anybody can attach too many: that does not stop a signing. */
async function* attachedTo(place: Repository, artifact: Digest): AsyncGenerator<Referrer, void> {
  try {
    yield* findAttestations(place, artifact);
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.code !== 'REFERRERS_TOO_MANY') throw error;
    yield { fate: 'unread', digest: undefined, fault: faultOf(error) };
  }
}

function judgedBy(
  { signing: { trust }, rootPath }: SigningSession,
  proof: Judged['proof'],
): Judged {
  return { proof, isSandbox: trust.root.sandbox, rootPath };
}

async function signAndKeep(
  { path, name, artifact, packed }: ArtifactToSign,
  session: SigningSession,
  { progress, signal }: Call,
): Promise<Attested> {
  const sealing = signAsArtifact(packed, { name, artifact }, session.signing);
  const { sigstoreBundle, proof } = await progress('signing', unlessAborted(sealing, signal));
  const files = (): readonly Output[] => [{ path, chunks: [sigstoreBundle], isPrivate: true }];
  const options = { force: false, signal, onNamed: () => undefined };
  await writeWithRoot({ files, stageRoot: session.stageRoot }, options);
  session.forget(true);
  return { bytes: sigstoreBundle, judged: judgedBy(session, proof) };
}

/** It is attached everywhere. */
export function forgetAttestation(path: string): void {
  rmSync(path, { force: true });
}

/** Throws what a verifier refuses. */
async function judge(
  attestation: Uint8Array,
  path: string,
  call: Call,
  publicKeys: readonly KeyObject[] = [],
): Promise<Judged> {
  const { options, environment } = call;
  const rootPath = options.has('sandbox')
    ? `${sandboxFolder(path)}/trusted_root.json`
    : (options.text('trusted-root') ?? servicePaths(environment).AFFIDAVIT_TRUSTED_ROOT);
  const trust = await readTrust(rootPath, openTrustCache(trustCacheOf(call)), {
    publicKeys,
    allowMissingSct: options.has('allow-missing-sct'),
  });
  const proof = trust.verify(attestation, ATTESTATION);
  return { proof, isSandbox: trust.root.sandbox, rootPath };
}

/** For the pointer. Throws what a verifier refuses; POINTER_UNFIT for a key. */
export async function judgeForPointer(
  attestation: Uint8Array,
  path: string,
  call: Call,
): Promise<Judged> {
  try {
    return await judge(attestation, path, call);
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'PUBLIC_KEY_UNKNOWN') refuseKey();
    throw error;
  }
}
