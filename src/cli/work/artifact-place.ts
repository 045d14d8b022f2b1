import { namesRegistry, parseReference } from '../../artifact-reference.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';

/** A reference to a registry, or an OCI image layout on disk. */
export interface ArtifactPlace {
  /** Undefined: it is a reference. */
  readonly layout: string | undefined;
  /** Behind the path of the layout. */
  readonly digest: string | undefined;
}

const DIGEST_AT_END = /^(?<path>.+)@(?<digest>sha256:[0-9a-f]{64})$/s;

/** Undefined if the text names anything else, e.g. an archive. Throws USAGE for what may be a registry and a path. */
export async function artifactPlace(ref: string): Promise<ArtifactPlace | undefined> {
  const reference = { layout: undefined, digest: undefined };
  if (ref.startsWith('oci://')) return reference;
  const { path = ref, digest } = DIGEST_AT_END.exec(ref)?.groups ?? {};
  if (isAsPrinted(ref)) {
    requireNothing(ref, path);
    return reference;
  }
  if (lookAt(path)?.isDirectory() !== true) return undefined;
  const { isLayout } = await import('../../io/oci/layout.ts');
  return (await isLayout(path)) ? { layout: path, digest } : undefined;
}

/** `HOST/REPO` with a tag or a digest. */
function isAsPrinted(ref: string): boolean {
  const { tag, digest } = (namesRegistry(ref) ? parseReference(ref) : undefined) ?? {};
  return (tag ?? digest) !== undefined;
}

/** Whoever wrote what is on disk must not decide what is read instead of a registry. */
function requireNothing(ref: string, path: string): void {
  if (lookAt(path) === undefined && lookAt(ref) === undefined) return;
  const hint = `write oci://${ref} for the registry, or ./${ref} for what is on disk`;
  const found = `${quote(ref)}, which names a registry and is on disk too`;
  refuse({ code: 'USAGE', at: 'REF', hint }, found, 'one of the two');
}
