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
  if (ref.startsWith('oci://')) return { layout: undefined, digest: undefined };
  const { path = ref, digest } = DIGEST_AT_END.exec(ref)?.groups ?? {};
  if (lookAt(path) !== undefined || lookAt(ref) !== undefined) requirePath(ref);
  if (lookAt(path)?.isDirectory() !== true) return undefined;
  const { isLayout } = await import('../../io/oci/layout.ts');
  return (await isLayout(path)) ? { layout: path, digest } : undefined;
}

/** Whoever wrote the directory must not decide what is read instead of a registry. */
function requirePath(ref: string): void {
  const { tag, digest } = (namesRegistry(ref) ? parseReference(ref) : undefined) ?? {};
  if (tag === undefined && digest === undefined) return;
  const hint = `write oci://${ref} for the registry, or ./${ref} for what is on disk`;
  const found = `${quote(ref)}, which names a registry and is on disk too`;
  refuse({ code: 'USAGE', at: 'REF', hint }, found, 'one of the two');
}
