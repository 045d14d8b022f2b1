import { decodeJson } from '../../document/json.ts';
import { orIfRefused } from '../../errors/evidence-error.ts';
import { parseManifest } from '../../manifest/manifest.ts';
import { EVIDENCE_LAYOUT, FOLDER, MANIFEST_FILE, TOP_NAMES } from '../layout.ts';

/** By what a directory of evidence is known, which may be replaced as a whole. */
export const OWN_TREE = {
  top: TOP_NAMES,
  folder: FOLDER,
  manifest: MANIFEST_FILE,
  /** The files of a bundle: those that its manifest lists, and those that no manifest does. */
  ownPaths: (manifest: Uint8Array): ReadonlySet<string> => {
    const listed = orIfRefused(
      () =>
        parseManifest(decodeJson(manifest, MANIFEST_FILE), MANIFEST_FILE, EVIDENCE_LAYOUT).files,
      () => [],
    );
    return new Set([...listed.map(({ path }) => path), ...EVIDENCE_LAYOUT.unlisted]);
  },
} as const;
