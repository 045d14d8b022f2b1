import { resolve, sep } from 'node:path';

import { namesRegistry, requireLocation, requireReference } from '../../artifact-reference.ts';
import { isDigest, type Digest } from '../../digest.ts';
import { parsePointer, type PointedArtifact } from '../../evidence/pointer/pointer.ts';
import type { PointerFile } from '../../evidence/verify/check-pointer.ts';
import { readFileBounded } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { say } from '../../io/disk/talk.ts';
import { openLayout } from '../../io/oci/layout.ts';
import { MAX_CONFIG_BYTES, MAX_OCI_MANIFEST_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import type { Repository, StoredManifest } from '../../pointer/registry.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import type { Call } from '../call/command.ts';
import { artifactPlace } from './artifact-place.ts';
import { openRegistries } from './open-registries.ts';

/** An artifact that a user named, and where it may be. */
export interface NamedArtifact {
  readonly digest: Digest;
  /** In the order in which they are tried. */
  readonly places: readonly [Repository, ...Repository[]];
  /** As the reference or the pointer has it. */
  readonly tag: string | undefined;
  /** What the pointer names: tried first, and no list is asked for if it is good. */
  readonly attestation: Digest | undefined;
  /** Of a tag that was asked for. */
  readonly manifest?: StoredManifest;
  readonly pointer?: PointerFile;
}

export interface NamingRules {
  /** How complaints name REF. */
  readonly at: string;
  /** Whether a tag will do. */
  readonly allowTag: boolean;
}

type Naming = NamingRules & { readonly call: Call; readonly more: readonly string[] };

/**
 * Reads REF: `oci://HOST/REPO[:TAG][@sha256:HEX]`, a pointer, or `LAYOUT[@sha256:HEX]`. A tag is asked for once and
 * printed. What `--location` names comes after the pointer's own.
 *
 * @throws EvidenceError USAGE, REGISTRY_LACKS, FILE_UNREADABLE and what reading a pointer or a layout throws
 */
export async function namedArtifact(
  ref: string,
  call: Call,
  rules: NamingRules,
): Promise<NamedArtifact> {
  const naming = { ...rules, call, more: typedLocations(call) };
  const { layout, digest } = (await artifactPlace(ref)) ?? {};
  if (layout !== undefined) return await inLayout(layout, digest, naming);
  const isReference = ref.startsWith('oci://') || (namesRegistry(ref) && lookAt(ref) === undefined);
  if (isReference) return await inRegistry(ref, naming);
  return await pointedArtifact(await readPointerFile(ref), naming);
}

/** What `--location` names. Throws USAGE. */
export function typedLocations({ options }: Call): readonly string[] {
  const place = { code: 'USAGE', at: '--location' } as const;
  return options.texts('location').map((text) => requireLocation(text, place));
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

async function inRegistry(ref: string, naming: Naming): Promise<NamedArtifact> {
  const { at, more, call } = naming;
  const { repository, tag, digest } = requireReference(ref, { code: 'USAGE', at });
  if (digest === undefined) requireAllowed(tag, naming);
  const [first, ...others] = await opened([], [repository, ...more], call);
  if (first === undefined) throw new TypeError('a reference without a repository');
  const named = { places: [first, ...others], tag, attestation: undefined } as const;
  if (digest !== undefined) return { ...named, digest };
  const manifest = await askForTag(first, tag ?? '', call);
  return { ...named, digest: manifest.digest, manifest };
}

/** A tag may be moved: what was verified today is another artifact tomorrow. */
function requireAllowed(tag: string | undefined, { at, allowTag }: Naming): void {
  const place = { code: 'USAGE', at } as const;
  const expected = 'an artifact by its digest: oci://HOST/REPOSITORY@sha256:HEX';
  if (tag === undefined) {
    const hint = 'add @sha256: and the digest that was printed when it was pushed';
    refuse({ ...place, hint }, 'a repository alone', expected);
  }
  if (allowTag) return;
  const hint =
    'write the digest, which names it for ever; or let the tag say which it is now, with --allow-tag';
  refuse({ ...place, hint }, `the tag ${quote(tag)} alone`, expected);
}

async function askForTag(repository: Repository, tag: string, call: Call): Promise<StoredManifest> {
  const asking = repository.readManifest({ tag }, MAX_OCI_MANIFEST_BYTES);
  const stored = await call.progress('asking for the tag', asking);
  const name = `${repository.name}:${tag}`;
  if (stored === undefined) {
    const hint = 'check the name, or name the artifact by its digest: @sha256:HEX';
    return refuse({ code: 'REGISTRY_LACKS', at: name, hint }, 'no such tag', 'an artifact');
  }
  say(`affidavit: ${name} is ${stored.digest} now\n`);
  return stored;
}

async function inLayout(
  path: string,
  digest: string | undefined,
  { at, more, call }: Naming,
): Promise<NamedArtifact> {
  const layout = await openLayout(path);
  const places = [layout, ...(await opened([], more, call))] as const;
  const named = { places, attestation: undefined };
  if (digest !== undefined && isDigest(digest)) {
    return { ...named, digest, tag: layout.tagOf(digest) };
  }
  const [only, ...others] = await layout.artifacts();
  if (only !== undefined && others.length === 0) {
    return { ...named, digest: only, tag: layout.tagOf(only) };
  }
  const place = { code: 'USAGE', at } as const;
  if (only === undefined) {
    const hint = 'name another layout, or what is in it by its digest: LAYOUT@sha256:HEX';
    return refuse({ ...place, hint }, 'a layout that lists no evidence', 'one that does');
  }
  const all = [only, ...others];
  const hint = `name one of them: ${quote(path)} and behind it @${all.slice(0, 10).join(' or @')}`;
  return refuse({ ...place, hint }, `a layout with ${all.length} artifacts`, 'one of them');
}

/** @throws EvidenceError what `readFileBounded` and `parsePointer` throw */
export async function readPointerFile(path: string): Promise<PointerFile> {
  const bytes = await readFileBounded(path, MAX_CONFIG_BYTES, 'pointer');
  const file = escapeInvisible(path);
  const pointer = recognising('pointer', { file, bytes }, () => parsePointer(bytes, file));
  return { file, path: resolve(path).split(sep), pointer };
}

/** Throws USAGE. */
export function requirePointed({ file, pointer: { artifact } }: PointerFile): PointedArtifact {
  if (artifact !== undefined) return artifact;
  const hint = 'push the bundle first, or name its archive or directory instead';
  const place = { code: 'USAGE', at: file, hint } as const;
  return refuse(place, 'a pointer to no artifact', 'one with a digest');
}

/**
 * What a pointer leads to, at its own place and then at its locations.
 *
 * @throws EvidenceError USAGE, FIELD_INVALID
 */
export async function pointedArtifact(
  pointer: PointerFile,
  { more, call }: Pick<Naming, 'call' | 'more'>,
): Promise<NamedArtifact> {
  const artifact = requirePointed(pointer);
  const { affidavit } = pointer.pointer;
  const place = { code: 'FIELD_INVALID', at: pointer.file } as const;
  const { repository, tag } = requireReference(artifact.oci, place);
  const fromFile = [repository, ...(affidavit?.locations ?? [])];
  const [first, ...others] = await opened(fromFile, more, call);
  if (first === undefined) throw new TypeError('a pointer without a repository');
  const { attestation } = affidavit ?? {};
  return { digest: artifact.digest, places: [first, ...others], tag, attestation, pointer };
}
