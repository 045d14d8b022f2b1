// What a bundle of recipe evidence contains. docs/format.md §2.
import type { Layout } from '../archive/entry.ts';
import { isBundlePath, type BundlePath } from '../bundle-path.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_ENTRIES,
  MAX_FILE_BYTES,
  MAX_JSON_BYTES,
  MAX_PATH_CHARACTERS,
  MAX_RECIPE_BYTES,
  MAX_SIGSTORE_BUNDLE_BYTES,
  MAX_SNAPSHOT_BYTES,
  MAX_STATEMENT_BYTES,
} from '../limits.ts';
import type { DocumentFile } from '../trust/message-reader.ts';
import type { LocatePhase } from './phase/phase-faults.ts';
import { PHASES, isPhase, type Phase } from './phase/phase.ts';

export const RECIPE_FILE = wellKnown('recipe.yaml');
export const SNAPSHOT_FILE = wellKnown('snapshot.yaml');
export const BOM_FILE = wellKnown('bom.cdx.json');
export const REDACTION_FILE = wellKnown('redaction.json');
export const MANIFEST_FILE = wellKnown('manifest.json');
export const STATEMENT_FILE = wellKnown('statement.intoto.json');
export const ATTESTATION_FILE = wellKnown('attestation.intoto.jsonl');

/** Of the bundle, in the directory that aicr writes. */
export const FOLDER = 'summary-bundle';

/** The only attestation of a bundle: its name in errors, and how large it may be. */
export const ATTESTATION: DocumentFile = {
  name: ATTESTATION_FILE,
  maxBytes: MAX_SIGSTORE_BUNDLE_BYTES,
};

const DOCUMENT_LIMITS: ReadonlyMap<string, number> = new Map([
  [RECIPE_FILE, MAX_RECIPE_BYTES],
  [SNAPSHOT_FILE, MAX_SNAPSHOT_BYTES],
  [ATTESTATION_FILE, MAX_SIGSTORE_BUNDLE_BYTES],
  [BOM_FILE, MAX_JSON_BYTES],
  [REDACTION_FILE, MAX_JSON_BYTES],
  [MANIFEST_FILE, MAX_JSON_BYTES],
  [STATEMENT_FILE, MAX_STATEMENT_BYTES],
  // Only phases that exist: a thousand others, each kept, would fill the memory.
  ...PHASES.map((phase) => [ctrfFile(phase), MAX_JSON_BYTES] as const),
]);

const GIVE_BUNDLE = 'give the archive or directory that affidavit validate --emit-evidence wrote';

/** For who has the logs beside a bundle in its place. */
export const LOGS_ALONE =
  'these are the logs of a bundle, which is beside them, without .logs.tar.gz in its name: name that, and give these to affidavit verify-evidence --logs';

function isLogsAlone(paths: readonly string[]): boolean {
  return paths.length > 0 && paths.every((path) => /^(?:logs|originals)\//.test(path));
}

export const EVIDENCE_LAYOUT: Layout = {
  isPath: isBundlePath,
  pathRule: `a relative path of at most ${MAX_PATH_CHARACTERS} characters, each part a letter or digit and then letters, digits, ".", "_" or "-"`,
  maxEntries: MAX_ENTRIES,
  maxFileBytes: MAX_FILE_BYTES,
  maxBytes: MAX_BUNDLE_BYTES,
  folder: FOLDER,
  required: [MANIFEST_FILE, STATEMENT_FILE],
  incompleteHint: (paths) => (isLogsAlone(paths) ? LOGS_ALONE : GIVE_BUNDLE),
  unlisted: [MANIFEST_FILE, STATEMENT_FILE, ATTESTATION_FILE],
  documentLimit: (path) => DOCUMENT_LIMITS.get(path),
};

/** The logs that are beside a redacted bundle: the same rules, and no file that has to be there. */
export const LOGS_LAYOUT: Layout = {
  ...EVIDENCE_LAYOUT,
  required: [],
  unlisted: [],
  documentLimit: () => undefined,
};

/** Beside the folder of the bundle, in the directory that aicr writes. */
export const POINTER_FILE = wellKnown('pointer.yaml');

/** What that directory has, and nothing else. */
export const TOP_NAMES = { [POINTER_FILE]: 'file', [FOLDER]: 'directory' } as const;

export function ctrfFile(phase: string): BundlePath {
  return wellKnown(`ctrf/${phase}.json`);
}

/** How long the name of an original may be, so that its path is one of a bundle. */
const MAX_ORIGINAL_NAME = 70;

/** Where the file lies from which the report of a phase was made; of its name, what a path may have. */
export function originalFile(phase: string, name: string): BundlePath {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(-MAX_ORIGINAL_NAME);
  const part = plain.replace(/^[^A-Za-z0-9]+/, '').replace(/\.+$/, '');
  return wellKnown(`originals/${phase}/${part === '' ? 'results' : part}`);
}

/** The phase of an original, by its path; undefined for any other file. */
export function phaseOfOriginal(path: string): Phase | undefined {
  const [, phase = ''] = /^originals\/([^/]+)\/[^/]+$/.exec(path) ?? [];
  return isPhase(phase) ? phase : undefined;
}

/** Where a bundle has the report of a phase, or the test with this index in it. */
export const locateInBundle: LocatePhase = (phase, test) =>
  test === undefined ? ctrfFile(phase) : `${ctrfFile(phase)}#/results/tests/${test}`;

function wellKnown(path: string): BundlePath {
  if (isBundlePath(path)) return path;
  throw new TypeError(`not a bundle path: ${path}`);
}
