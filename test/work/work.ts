// What the program does with an input, in memory: from documents to signed files and a report, and from
// files to a verdict and a report.
import { memoryFile, type Entry } from '../../src/archive/entry.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import {
  encodeReport,
  packEvidence,
  renderMarkdown,
  renderTerminal,
  validationJson,
  verificationJson,
  verifyEvidence,
} from '../../src/index.ts';
import { SIGNER, fakeSigner, fakeTrust } from '../attestation/fake-trust.ts';
import { bundlePath, changed, contentsOf, validateDemo } from '../evidence/demo.ts';
import type { Contents, Demo } from '../evidence/demo.ts';
import { exampleReport, exampleTest } from '../evidence/phase/example-reports.ts';

/** Something to do, with everything prepared. */
export type Work = () => unknown;
/** The work on an input that has so many of one thing. */
export type Kind = (count: number) => Work | Promise<Work>;
export type Kinds = Readonly<Record<string, Kind>>;

const TERMINAL = { colour: false };
const CALL = {
  source: 'evidence.tar.gz',
  repeat: ['affidavit', 'verify-evidence', 'evidence.tar.gz'],
};

/** Whether the work of emitting is counted too, which has nearly all of verification in it. */
const isFull = process.env['AFFIDAVIT_TEST_RUNS'] === 'full';

/** Documents that make evidence: once the work is to verify it, once to make it. */
export function evidenceKinds(
  all: Readonly<Record<string, (count: number) => Partial<Demo>>>,
): Kinds {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, inputs]): readonly (readonly [string, Kind])[] => {
      const verify: Kind = async (count) => verifying(await packed(inputs(count)));
      const emit: Kind = (count) => emitting(inputs(count));
      return [[name, verify], ...(isFull ? ([[`${name} (emit)`, emit]] as const) : [])];
    }),
  );
}

/** Files of the demo's bundle that are others, as a dishonest signer may have signed them. */
export function bundleKinds(
  all: Readonly<
    Record<string, (count: number, honest: Contents) => Readonly<Record<string, string>>>
  >,
): Kinds {
  return Object.fromEntries(
    Object.entries(all).map(([name, change]): [string, Kind] => [
      name,
      async (count) => {
        const honest = await packed({});
        return verifying(changed(honest, change(count, honest)));
      },
    ]),
  );
}

/** Little of everything, so that what there is many of is what costs. */
const SMALL: Partial<Demo> = {
  recipe: 'kind: RecipeResult\napiVersion: aicr.run/v1\ncomponentRefs: []\n',
  snapshot: 'kind: Snapshot\napiVersion: aicr.run/v1\nmeasurements:\n- type: OS\n',
  results: { deployment: JSON.stringify(exampleReport([exampleTest('a')])) },
};

function emitting(inputs: Partial<Demo>): Work {
  return async () => {
    const report = validateDemo({ ...SMALL, ...inputs });
    const json = validationJson(report);
    encodeReport(json);
    renderMarkdown(json);
    renderTerminal(json, TERMINAL);
    await packEvidence({ validation: report }, signing()).catch(requireRefusal);
  };
}

/** Whether it is refused or not: the work is done. */
function requireRefusal(error: unknown): void {
  if (!(error instanceof EvidenceError)) throw error;
}

function signing(): Parameters<typeof packEvidence>[1] {
  return { signer: fakeSigner(), trust: fakeTrust() };
}

async function packed(inputs: Partial<Demo>): Promise<Contents> {
  return await contentsOf(
    (await packEvidence({ validation: validateDemo({ ...SMALL, ...inputs }), redact: 'none' }))
      .files,
  );
}

/** Unsigned: what a dishonest signer signs verifies too, and costs more of the same work. */
function verifying(contents: Contents): Work {
  return async () => {
    const policy = { signers: [SIGNER] };
    const options = { trust: fakeTrust(), policy, allowUnsigned: true };
    const report = await verifyEvidence(entriesOf(contents), options);
    const json = verificationJson(report, CALL);
    encodeReport(json);
    renderMarkdown(json);
    renderTerminal(json, TERMINAL);
  };
}

async function* entriesOf(contents: Contents): AsyncGenerator<Entry, void> {
  for (const [path, bytes] of contents) {
    const file = memoryFile(bundlePath(path), bytes);
    yield { path, type: 'file', size: file.size, content: file.open() };
  }
}

export function many(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('');
}

export function listOf<T>(count: number, item: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

/** A map with so many keys. */
export function mapOf<T>(count: number, value: (index: number) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(listOf(count, (index) => [`key${index}`, value(index)]));
}
