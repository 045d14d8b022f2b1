import { dirname, resolve } from 'node:path';

import { namesRegistry, requireLocation, requireReference } from '../../artifact-reference.ts';
import { isDigest, type Digest } from '../../digest.ts';
import { EvidenceError, faultOf, type Finding } from '../../errors/evidence-error.ts';
import { parsePointer, type Pointer } from '../../evidence/pointer/pointer.ts';
import { readFileBounded } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { isLayout, openLayout } from '../../io/oci/layout.ts';
import { MAX_CONFIG_BYTES, MAX_OCI_MANIFEST_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import type { Repository } from '../../pointer/registry.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import type { Call } from '../call/command.ts';
import { openRegistries } from './open-registries.ts';
import { sayFindings } from './say-findings.ts';

/** An artifact that a user named, and where it may be. */
export interface NamedArtifact {
  readonly digest: Digest;
  /** In the order in which they are tried. */
  readonly places: readonly [Repository, ...Repository[]];
  /** As the reference or the pointer has it. */
  readonly tag: string | undefined;
  /** What the pointer names: tried first, and no list is asked for if it is good. */
  readonly attestation: Digest | undefined;
}

const DIGEST_AT_END = /^(?<path>.*)@(?<digest>sha256:[0-9a-f]{64})$/s;

/**
 * Reads REF: `oci://HOST/REPO[:TAG][@sha256:HEX]`, a pointer, or `LAYOUT[@sha256:HEX]`. A tag is asked for once and
 * printed. What `--location` names comes after the pointer's own.
 *
 * @throws EvidenceError USAGE, REGISTRY_LACKS, FILE_UNREADABLE and what reading a pointer or a layout throws
 */
export async function namedArtifact(ref: string, call: Call): Promise<NamedArtifact> {
  const more = locationsOf(call);
  const { path = ref, digest } = DIGEST_AT_END.exec(ref)?.groups ?? {};
  const stats = ref.startsWith('oci://') ? undefined : lookAt(path);
  if (stats === undefined && namesRegistry(ref.replace(/^oci:\/\//, ''))) {
    return await inRegistry(ref, more, call);
  }
  if (await isLayout(path)) return await inLayout(path, digest, await opened([], more, call));
  if (stats === undefined && ref.startsWith('oci://')) return await inRegistry(ref, more, call);
  return await pointedArtifact(ref, more, call);
}

function locationsOf({ options }: Call): readonly string[] {
  return options
    .texts('location')
    .map((text) => requireLocation(text, { code: 'USAGE', at: '--location' }));
}

/** Only what the user typed may be a private address. */
async function opened(
  fromFile: readonly string[],
  typed: readonly string[],
  call: Call,
): Promise<readonly Repository[]> {
  if (fromFile.length + typed.length === 0) return [];
  const registry = await openRegistries(call, typed);
  return [...new Set([...fromFile, ...typed])].map((name) => registry.repository(name));
}

async function inRegistry(
  ref: string,
  more: readonly string[],
  call: Call,
): Promise<NamedArtifact> {
  const { repository, tag, digest } = requireReference(ref, { code: 'USAGE', at: 'REF' });
  const [first, ...others] = await opened([], [repository, ...more], call);
  if (first === undefined) throw new TypeError('a reference without a repository');
  const places = [first, ...others] as const;
  const known = digest ?? (await digestOfTag(first, tag, call));
  return { digest: known, places, tag, attestation: undefined };
}

async function digestOfTag(
  repository: Repository,
  tag: string | undefined,
  call: Call,
): Promise<Digest> {
  if (tag === undefined) {
    const place = { code: 'USAGE', at: 'REF', hint: 'add @sha256:HEX, or :TAG' } as const;
    return refuse(place, 'a repository alone', 'an artifact in it');
  }
  const asking = repository.readManifest({ tag }, MAX_OCI_MANIFEST_BYTES);
  const stored = await call.progress('asking for the tag', asking);
  const name = `${repository.name}:${tag}`;
  if (stored === undefined) {
    const hint = 'check the name, or name the artifact by its digest: @sha256:HEX';
    return refuse({ code: 'REGISTRY_LACKS', at: name, hint }, 'no such tag', 'an artifact');
  }
  process.stderr.write(`affidavit: ${name} is ${stored.digest} now\n`);
  return stored.digest;
}

async function inLayout(
  path: string,
  digest: string | undefined,
  more: readonly Repository[],
): Promise<NamedArtifact> {
  const layout = await openLayout(path);
  const places = [layout, ...more] as const;
  const named = { places, tag: undefined, attestation: undefined };
  if (digest !== undefined && isDigest(digest)) return { ...named, digest };
  const [only, ...others] = await layout.artifacts();
  if (only !== undefined && others.length === 0) return { ...named, digest: only };
  const place = { code: 'USAGE', at: 'REF' } as const;
  const all = [only, ...others];
  if (only === undefined) {
    const hint = 'name another layout, or what is in it by its digest: LAYOUT@sha256:HEX';
    return refuse({ ...place, hint }, 'a layout that lists no evidence', 'one that does');
  }
  const hint = `name one of them: ${quote(path)} and behind it @${all.join(' or @')}`;
  return refuse({ ...place, hint }, `a layout with ${all.length} artifacts`, 'one of them');
}

/** A pointer on disk. Throws USAGE for one whose bundle is in no registry. */
async function readPointer(path: string): Promise<Pointer> {
  const bytes = await readFileBounded(path, MAX_CONFIG_BYTES, 'pointer');
  const file = escapeInvisible(path);
  return recognising('pointer', { file, bytes }, () => parsePointer(bytes, file));
}

async function pointedArtifact(
  path: string,
  more: readonly string[],
  call: Call,
): Promise<NamedArtifact> {
  const { artifact, affidavit } = await readPointer(path);
  const at = escapeInvisible(path);
  if (artifact === undefined) {
    const hint = `push the bundle first; its pointer is in ${quote(dirname(resolve(path)))}`;
    return refuse({ code: 'USAGE', at, hint }, 'a pointer to no artifact', 'one with a digest');
  }
  const { repository, tag } = requireReference(artifact.oci, { code: 'FIELD_INVALID', at });
  const fromFile = [repository, ...(affidavit?.locations ?? [])];
  const [first, ...others] = await opened(fromFile, more, call);
  if (first === undefined) throw new TypeError('a pointer without a repository');
  const attestation = affidavit?.attestation;
  return { digest: artifact.digest, places: [first, ...others], tag, attestation };
}

/** Tries one place after the other. What fails is told of, and the last error is thrown if all do. */
export async function fromFirst<T>(
  places: readonly Repository[],
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  for (const [index, place] of places.entries()) {
    try {
      return await use(place);
    } catch (error) {
      const mayBeElsewhere = error instanceof EvidenceError && NEXT.has(error.class);
      if (!mayBeElsewhere || index === places.length - 1) throw error;
      sayFindings([locationFailed(place, error)]);
    }
  }
  throw new TypeError('no place');
}

const NEXT: ReadonlySet<string> = new Set(['unjudged', 'invalid']);

function locationFailed({ name }: Repository, error: EvidenceError): Finding {
  return { ...faultOf(error), at: error.at ?? name };
}
