// The demo's documents read, judged and packed without program, disk or signature, for tests of one stage.
import { readFileSync } from 'node:fs';

import type { BundleFile, ReceivedFile, ReceivedFiles } from '../../src/archive/entry.ts';
import { memoryFile } from '../../src/archive/entry.ts';
import type { Signing } from '../../src/attestation/seal.ts';
import { isBundlePath, type BundlePath } from '../../src/bundle-path.ts';
import { digestOf } from '../../src/digest.ts';
import { parseEvidenceStatement } from '../../src/evidence/dialect/read-statement.ts';
import type { ReceivedEvidence } from '../../src/evidence/dialect/read-statement.ts';
import { EVIDENCE_LAYOUT, STATEMENT_FILE } from '../../src/evidence/layout.ts';
import { packEvidence } from '../../src/evidence/pack/pack-evidence.ts';
import type { PackedEvidence } from '../../src/evidence/pack/packed-evidence.ts';
import { parseResults, type Results } from '../../src/evidence/phase/ctrf.ts';
import { PHASES } from '../../src/evidence/phase/phase.ts';
import { validate, type Validation } from '../../src/evidence/validate/validate.ts';

const FOLDER = new URL('../../testdata/demo/', import.meta.url);

export const NOW = new Date('2026-06-10T01:20:00Z');
export const TOOL = { name: 'affidavit', version: '0.1.0' };

export interface Demo {
  readonly recipe: string;
  readonly snapshot: string;
  /** By phase; undefined if nothing was run. */
  readonly results: Readonly<Record<string, string>> | undefined;
  readonly now: Date;
}

export const DEMO: Demo = {
  recipe: demoText('recipe.yaml'),
  snapshot: demoText('snapshot.yaml'),
  results: Object.fromEntries(PHASES.map((phase) => [phase, demoText(`results/${phase}.json`)])),
  now: NOW,
};

export const DEMO_LOG = memoryFile(bundlePath('logs/deployment/x.log'), Buffer.from('a line\n'));

/** A text of the demo. */
export function demoText(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

/** The text with one part replaced, which has to be there. */
export function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return text.replace(from, () => to);
}

export function bundlePath(path: string): BundlePath {
  if (isBundlePath(path)) return path;
  throw new Error(`not a bundle path: ${path}`);
}

export function resultsOf(reports: Readonly<Record<string, string>>): Results {
  const inputs = Object.entries(reports).map(([phase, text]) => ({
    name: `${phase}.json`,
    bytes: Buffer.from(text),
    folder: undefined,
  }));
  return parseResults(inputs);
}

/** The demo validated, but for what a test changes. */
export function validateDemo(change: Partial<Demo> = {}): Validation {
  const { recipe, snapshot, results, now } = { ...DEMO, ...change };
  return validate({
    recipe: { name: 'recipe.yaml', bytes: Buffer.from(recipe) },
    snapshot: { name: 'snapshot.yaml', bytes: Buffer.from(snapshot) },
    results: results && resultsOf(results),
    now,
  });
}

export async function packDemo(
  validation = validateDemo(),
  { signing, allowRetiredApi = false }: { signing?: Signing; allowRetiredApi?: boolean } = {},
): Promise<PackedEvidence> {
  const inputs = { validation, logs: [DEMO_LOG], allowRetiredApi, redact: 'none' as const };
  return await packEvidence(inputs, signing);
}

/** A bundle's files by path. */
export type Contents = ReadonlyMap<string, Buffer>;

export async function contentsOf(files: readonly BundleFile[]): Promise<Contents> {
  const contents = new Map<string, Buffer>();
  for (const file of files) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.open()) chunks.push(chunk);
    contents.set(file.path, Buffer.concat(chunks));
  }
  return contents;
}

/** The same but for some files: replaced, added or, with undefined, left out. */
export function changed(
  contents: Contents,
  change: Readonly<Record<string, string | Uint8Array | undefined>>,
): Contents {
  const result = new Map(contents);
  for (const [path, content] of Object.entries(change)) {
    if (content === undefined) result.delete(path);
    else result.set(path, Buffer.from(content));
  }
  return result;
}

/** What a verifier has of these files before it judges them. */
export function receivedOf(contents: Contents): ReceivedFiles {
  const files = [...contents].map(([name, bytes]): ReceivedFile => {
    const path = bundlePath(name);
    const isKept = EVIDENCE_LAYOUT.documentLimit(path) !== undefined;
    return {
      path,
      size: bytes.length,
      digest: digestOf(bytes),
      bytes: isKept ? bytes : undefined,
    };
  });
  return new Map(files.map((file) => [file.path, file]));
}

/** What the statement among these files claims. */
export function predicateIn(contents: Contents): ReceivedEvidence {
  return parseEvidenceStatement(contents.get(STATEMENT_FILE) ?? Buffer.alloc(0), STATEMENT_FILE);
}
