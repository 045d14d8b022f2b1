import type { ReceivedFiles } from '../../archive/entry.ts';
import { isImage, parseBom, type BomComponent } from '../../bom/bom.ts';
import { decodeYaml } from '../../document/yaml.ts';
import { unlessRefused } from '../../errors/evidence-error.ts';
import { BOM_FILE, RECIPE_FILE, SNAPSHOT_FILE } from '../layout.ts';
import { readSnapshot } from '../snapshot/snapshot.ts';
import type { DiffSide } from './diff-evidence.ts';

/** The documents of a bundle that can be read: what is wrong with the others, its verification says. */
export function readDocuments(
  files: ReceivedFiles,
): Pick<DiffSide, 'recipe' | 'snapshot' | 'images'> {
  const read = <T>(path: string, parse: (bytes: Uint8Array, file: string) => T): T | undefined => {
    const bytes = files.get(path)?.bytes;
    return bytes && unlessRefused(() => parse(bytes, path));
  };
  return {
    recipe: read(RECIPE_FILE, decodeYaml),
    snapshot: read(SNAPSHOT_FILE, readSnapshot),
    images: read(BOM_FILE, parseBom)?.components.filter(isImage).map(imageText),
  };
}

/** AICR gives an image's digest as its version, and the tag as a property. */
function imageText({ name, version, tag }: BomComponent): string {
  const tagged = tag === undefined ? name : `${name}:${tag}`;
  if (version === '' || version === tag) return tagged;
  return version.startsWith('sha256:') ? `${tagged}@${version}` : `${tagged}:${version}`;
}
