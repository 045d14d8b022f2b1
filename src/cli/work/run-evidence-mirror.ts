import { dirname } from 'node:path';

import { namesRegistry, requireReference } from '../../artifact-reference.ts';
import type { Digest } from '../../digest.ts';
import { renderPointer, parsePointer, type Pointer } from '../../evidence/pointer/pointer.ts';
import { writeWhole } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { say } from '../../io/disk/talk.ts';
import { pausesOf } from '../../io/oci/pauses.ts';
import { writeLayout } from '../../io/oci/write-layout.ts';
import { refuse } from '../../place.ts';
import type { Pauses } from '../../pointer/attach.ts';
import { NO_PAUSES, copyArtifact, openFrom, readArtifact } from '../../pointer/copy-artifact.ts';
import type { OpenBlob } from '../../pointer/push-manifest.ts';
import type { Repository } from '../../pointer/registry.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { attachedTo } from './attached-bundles.ts';
import { Final, fromFirst } from './from-first.ts';
import { namedArtifact, readPointerFile, type NamedArtifact } from './named-artifact.ts';
import { namedAttestation } from './named-attestation.ts';
import { openRegistries } from './open-registries.ts';
import { TARGET_FORM } from './publish-call.ts';

/** Undefined: a directory. */
interface Target {
  readonly text: string;
  readonly reference: { readonly repository: string; readonly tag: string | undefined } | undefined;
}

/** Copies an artifact with its signatures to other places, byte for byte. */
export async function runEvidenceMirror(call: Call): Promise<number> {
  const { options } = call;
  const only = namedAttestation(call);
  const targets = options.texts('target').map(targetOf);
  const pointer = await pointerToChange(options.text('pointer'));
  requireNoArchive(options.required('ref'));
  const rules = { at: 'REF', allowTag: options.has('allow-tag') };
  const named = await namedArtifact(options.required('ref'), call, rules);
  if (pointer !== undefined) requireSame(pointer, named.digest, options.required('pointer'));
  const repositories = targets.flatMap(({ reference }) => reference?.repository ?? []);
  const registry = await openRegistries(call, repositories);
  // An upload that is interrupted is deleted.
  if (repositories.length > 0) call.waitForEnd();
  for (const { text, reference } of targets) {
    const tag = reference?.tag ?? named.tag;
    const copy = async (to: Repository, pauses: Pauses): Promise<void> => {
      await fromFirst(named.places, async (from) => {
        await copyFrom(from, to, { named, only, tag, pauses, force: options.has('force') });
      });
    };
    await call.beforeWriting();
    const copying =
      reference === undefined
        ? writeLayout(text, async (to) => await copy(to, NO_PAUSES), { signal: call.signal })
        : copy(registry.repository(reference.repository), pausesOf(call.signal));
    await call.progress('copying', copying);
    const name = reference?.repository ?? escapeInvisible(text);
    process.stdout.write(`${name}@${named.digest}\n`);
    say(tag === undefined ? `no tag in ${name}\n` : `tag: ${name}:${tag}\n`);
  }
  say('affidavit: digests verified; signatures not judged\n');
  await addLocations(call, pointer, repositories);
  return 0;
}

interface Copy {
  readonly named: NamedArtifact;
  readonly only: Digest | undefined;
  readonly tag: string | undefined;
  readonly pauses: Pauses;
  readonly force: boolean;
}

async function copyFrom(from: Repository, to: Repository, copy: Copy): Promise<void> {
  const { named, only, tag, pauses, force } = copy;
  const { manifest: artifact } = await readArtifact(from, named.digest);
  const all = { digest: named.digest, attestation: undefined };
  const attached = await attachedTo(from, all, { only, areAllWanted: true });
  const referrers = attached.map(({ manifest }) => manifest);
  let broken: unknown;
  async function* open(...blob: Parameters<OpenBlob>): AsyncGenerator<Uint8Array, void> {
    try {
      yield* openFrom(from)(...blob);
    } catch (error) {
      broken = error;
      throw error;
    }
  }
  try {
    await copyArtifact(to, { artifact, referrers, open, tag, force }, pauses);
  } catch (error) {
    // Another place has the same bytes for the same target.
    throw error === broken ? error : new Final('the target', { cause: error });
  }
}

function targetOf(text: string, index: number, { length }: readonly string[]): Target {
  const at = length > 1 ? `TARGET ${index + 1}` : 'TARGET';
  const place = { code: 'USAGE', at } as const;
  if (text.startsWith('oci://')) {
    const { repository, tag, digest } = requireReference(text, place, TARGET_FORM);
    if (digest === undefined) return { text, reference: { repository, tag } };
    const hint = 'leave the digest out: it stays that of REF';
    return refuse({ ...place, hint }, `the digest ${digest}`, TARGET_FORM);
  }
  if (lookAt(dirname(text)) === undefined && namesRegistry(text)) {
    const hint = `write oci://${text} for a registry, or make the folder for a directory`;
    return refuse({ ...place, hint }, quote(text), 'oci://HOST/REPOSITORY[:TAG], or a directory');
  }
  return { text, reference: undefined };
}

/** Throws USAGE. */
function requireNoArchive(ref: string): void {
  if (!/\.(?:tar\.gz|tgz)$/.test(ref) || lookAt(ref)?.isFile() !== true) return;
  const hint = 'push a bundle with affidavit evidence publish';
  const place = { code: 'USAGE', at: 'REF', hint } as const;
  refuse(place, 'an archive on disk', 'what is in a registry, a pointer to it, or a layout');
}

async function pointerToChange(path: string | undefined): Promise<Pointer | undefined> {
  return path === undefined ? undefined : (await readPointerFile(path)).pointer;
}

function requireSame({ artifact }: Pointer, digest: Digest, path: string): void {
  if (artifact?.digest === digest) return;
  const hint = 'name the pointer of this artifact';
  const place = { code: 'USAGE', at: '--pointer', hint } as const;
  const found = `${escapeInvisible(path)}, which points to ${artifact?.digest ?? 'no artifact'}`;
  refuse(place, found, `a pointer to ${digest}`);
}

/** Says what a pointer may have from now on, or puts it there. */
async function addLocations(
  { options, signal, finish }: Call,
  pointer: Pointer | undefined,
  repositories: readonly string[],
): Promise<void> {
  if (repositories.length === 0) return;
  if (pointer === undefined) {
    const lines = repositories.map((name) => `    - ${name}\n`).join('');
    say(`add to the pointer:\naffidavit:\n  locations:\n${lines}`);
    return;
  }
  const path = options.required('pointer');
  const { attestation, locations = [] } = pointer.affidavit ?? {};
  const { oci = '' } = pointer.artifact ?? {};
  const own = requireReference(oci, { code: 'FIELD_INVALID', at: path }).repository;
  const all = new Set([...locations, ...repositories.filter((name) => name !== own)]);
  const text = renderPointer({ ...pointer, affidavit: { attestation, locations: [...all] } });
  // Too many, or one twice in another spelling.
  parsePointer(Buffer.from(text), escapeInvisible(path));
  await writeWhole(path, [Buffer.from(text)], { force: true, signal, onNamed: finish });
  say(`pointer: ${escapeInvisible(path)}\n`);
}
