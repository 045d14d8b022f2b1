// The well-known files of a bundle. docs/format.md §2.
import type { BundlePath } from '../bundle-path.ts';
import { isBundlePath } from '../bundle-path.ts';
import {
  MAX_JSON_BYTES,
  MAX_RECIPE_BYTES,
  MAX_SIGSTORE_BUNDLE_BYTES,
  MAX_SNAPSHOT_BYTES,
} from '../limits.ts';
import { PHASES } from './phase/phase.ts';

export const RECIPE_FILE = wellKnown('recipe.yaml');
export const SNAPSHOT_FILE = wellKnown('snapshot.yaml');
export const BOM_FILE = wellKnown('bom.cdx.json');
export const MANIFEST_FILE = wellKnown('manifest.json');
export const STATEMENT_FILE = wellKnown('statement.intoto.json');
export const ATTESTATION_FILE = wellKnown('attestation.intoto.jsonl');

/** What the manifest does not list: itself, and what is made from it. */
export const UNLISTED_FILES: readonly string[] = [MANIFEST_FILE, STATEMENT_FILE, ATTESTATION_FILE];

export function ctrfFile(phase: string): BundlePath {
  return wellKnown(`ctrf/${phase}.json`);
}

/** The largest size of a document in bytes; undefined for a file that is only hashed. */
export function documentLimit(path: string): number | undefined {
  switch (path) {
    case RECIPE_FILE:
      return MAX_RECIPE_BYTES;
    case SNAPSHOT_FILE:
      return MAX_SNAPSHOT_BYTES;
    case ATTESTATION_FILE:
      return MAX_SIGSTORE_BUNDLE_BYTES;
    case BOM_FILE:
    case MANIFEST_FILE:
    case STATEMENT_FILE:
      return MAX_JSON_BYTES;
    default:
      // Only the phases that there are: a thousand others, each kept, would fill the memory.
      return PHASES.some((phase) => path === ctrfFile(phase)) ? MAX_JSON_BYTES : undefined;
  }
}

function wellKnown(path: string): BundlePath {
  if (isBundlePath(path)) return path;
  throw new TypeError(`not a bundle path: ${path}`);
}
