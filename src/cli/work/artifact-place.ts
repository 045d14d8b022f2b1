import { lookAt } from '../../io/disk/harmless-output.ts';

/** A reference to a registry, or an OCI image layout on disk. */
export interface ArtifactPlace {
  /** Undefined: it is a reference. */
  readonly layout: string | undefined;
  /** Behind the path of the layout. */
  readonly digest: string | undefined;
}

const DIGEST_AT_END = /^(?<path>.+)@(?<digest>sha256:[0-9a-f]{64})$/s;

/** Undefined if the text names anything else, e.g. an archive. */
export async function artifactPlace(ref: string): Promise<ArtifactPlace | undefined> {
  if (ref.startsWith('oci://')) return { layout: undefined, digest: undefined };
  const { path = ref, digest } = DIGEST_AT_END.exec(ref)?.groups ?? {};
  if (lookAt(path)?.isDirectory() !== true) return undefined;
  const { isLayout } = await import('../../io/oci/layout.ts');
  return (await isLayout(path)) ? { layout: path, digest } : undefined;
}
