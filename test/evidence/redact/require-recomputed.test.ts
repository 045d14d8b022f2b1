// What the exit code is for each thing that nothing shows: the table of docs/verification.md, row by row.
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { BundleFile } from '../../../src/archive/entry.ts';
import { digestOf } from '../../../src/digest.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import { parseOpenings } from '../../../src/evidence/redact/openings.ts';
import {
  DEMO,
  DEMO_LOG,
  contentsOf,
  replaced,
  validateDemo,
  type Contents,
  type Demo,
} from '../demo.ts';
import { SECRET, judge, remade, reveal, withOtherImage } from './committed.ts';

const PAGE = readFileSync(new URL('../../../docs/verification.md', import.meta.url), 'utf8');
const TABLE =
  /\n\| what nothing in the evidence shows .*\n\|.*\n((?:\|.*\n)+)/.exec(PAGE)?.[1] ?? '';
const ROWS = TABLE.trimEnd()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, what = '', ...exits]) => [what, exits.slice(0, 3).map(Number)] as const);

const AT = 'statement.intoto.json#/predicate';
const REGION = 'NodeTopology.label.topology.kubernetes.io/region';

async function pack(
  change: Partial<Demo> = {},
  more: { redact?: 'minimal'; logs?: readonly BundleFile[] } = {},
) {
  const validation = validateDemo(change);
  const redact = more.redact ?? 'none';
  const secret = redact === 'none' ? {} : { secret: SECRET };
  const packed = await packEvidence({ validation, ...more, redact, ...secret });
  return { contents: await contentsOf(packed.files), openings: packed.openings };
}

const WHOLE = (await pack()).contents;

const LABELS = /^ {6}- subtype: label\n(?: {8}.*\n?)+/m;

/** As AICR's program redacts it: without labels, and what is cut besides. */
async function byAicr(
  cuts: readonly RegExp[],
  { change = {}, version = 'v4' }: { change?: Partial<Demo>; version?: string } = {},
): Promise<Contents> {
  const { contents } = await pack(change);
  const snapshot = [LABELS, ...cuts].reduce(
    (text, cut) => {
      if (!cut.test(text)) throw new Error(`nothing to cut: ${String(cut)}`);
      return text.replace(cut, '');
    },
    String(contents.get('snapshot.yaml')),
  );
  return remade(contents, { 'snapshot.yaml': snapshot }, (predicate) =>
    Object.assign(predicate, { redaction: { policy: 'minimal', version, applied: [] } }),
  );
}

const OSRELEASE = /^ {10}\/proc\/sys\/kernel\/osrelease: .*\n/m;
/** What shows the model of a GPU is its label alone. */
const NO_MODEL = { snapshot: replaced(DEMO.snapshot, '          model: h100\n', '') };
const COREDNS = /^ {10}coredns: .*\n/m;
const NO_ACCELERATOR = { recipe: replaced(DEMO.recipe, '  accelerator: h100\n', '') };
const OF_NODES = `fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/gpuNodeCount`;
const OF_REGION = `fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/region`;
const OF_IMAGES = 'bom-matches-claims: VALUE_CLAIMED bom.cdx.json';

function reports(edit: (test: Record<string, unknown>) => void): Partial<Demo> {
  const { results = {} } = DEMO;
  const report = JSON.parse(results['performance'] ?? '') as {
    results: { tests: Record<string, unknown>[] };
  };
  for (const test of report.results.tests) edit(test);
  return { results: { ...results, performance: JSON.stringify(report) } };
}

interface Case {
  readonly contents: Contents;
  readonly revealed?: string;
  /** Faults under --require-recomputed, which has no others if there are none. */
  readonly faults?: readonly string[];
  /** A finding that says what is missing. */
  readonly finding?: string;
}

/** With logs beside it, and everything else revealed. */
async function besideLogs(): Promise<Case> {
  const { contents, openings } = await pack({}, { redact: 'minimal', logs: [DEMO_LOG] });
  const parsed = parseOpenings(openings ?? Buffer.alloc(0), 'openings.json');
  return { contents, revealed: JSON.stringify(reveal(parsed, REGION, 'K8s.image')) };
}

const CASES: Readonly<Record<string, () => Case | Promise<Case>>> = {
  'a constraint of the recipe, withheld': async () => ({
    contents: await byAicr([OSRELEASE]),
    faults: ['constraints-hold: VALUE_CLAIMED recipe.yaml#/constraints/3'],
  }),
  'an accelerator that the recipe demands, withheld, without a model that shows it': async () => ({
    contents: await byAicr([], { change: NO_MODEL }),
    faults: [
      `fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/accelerator`,
      OF_NODES,
      'cluster-fits-recipe: VALUE_CLAIMED recipe.yaml#/criteria/accelerator',
    ],
  }),
  'an accelerator that it does not demand, withheld, without a model that shows it': async () => ({
    contents: await byAicr([], { change: { ...NO_MODEL, ...NO_ACCELERATOR } }),
    faults: [`fingerprint-matches-snapshot: VALUE_CLAIMED ${AT}/fingerprint/accelerator`, OF_NODES],
  }),
  'the region, withheld': async () => ({
    contents: await byAicr([]),
    faults: [OF_REGION, OF_NODES],
  }),
  'the number of nodes with a GPU, withheld': async () => ({
    contents: await byAicr([]),
    faults: [OF_NODES],
  }),
  'images of the bill of materials, withheld': async () => ({
    contents: await byAicr([COREDNS]),
    faults: [OF_IMAGES],
  }),
  'a figure that the recipe demands, and nobody printed': async () => ({
    contents: (await pack(reports((test) => delete test['stdout']))).contents,
    faults: ['phases-are-green: VALUE_CLAIMED ctrf/performance.json'],
    finding: 'FIGURE_MISSING',
  }),
  'whether a figure meets a demand that it cannot be compared with': async () => {
    const recipe = replaced(DEMO.recipe, "value: '>= 300'", "value: 'fast'");
    return {
      contents: (await pack({ recipe })).contents,
      faults: ['phases-are-green: VALUE_CLAIMED recipe.yaml#/validation/performance/constraints/0'],
      finding: 'FIGURE_UNEVALUABLE',
    };
  },
  'a constraint of a phase that no figure answers': () => {
    expect(DEMO.recipe).toContain('Deployment.gpu-operator.version');
    return { contents: WHOLE };
  },
  'what a skipped check would have shown': () => ({ contents: WHOLE, finding: 'CHECK_SKIPPED' }),
  'intent and platform': () => {
    expect(DEMO.recipe).toContain('  intent: training\n');
    return { contents: WHOLE };
  },
  'a number of nodes that the recipe demands, if it is not claimed either': async () => {
    const recipe = replaced(
      DEMO.recipe,
      '  platform: kubeflow\n',
      '  platform: kubeflow\n  nodes: 6\n',
    );
    const snapshot = replaced(DEMO.snapshot, '          node-count: 6\n', '');
    return { contents: (await pack({ recipe, snapshot })).contents, finding: 'DIMENSION_UNKNOWN' };
  },
  'an image that a snapshot with all its images lacks': () => ({
    contents: withOtherImage(WHOLE),
    finding: 'BOM_IMAGE_UNKNOWN',
  }),
  'the logs of redacted evidence, not supplied': besideLogs,
  'files that `affidavit.files` names, without `--recipes`': () => ({
    contents: remade(WHOLE, {}, ({ affidavit }) =>
      Object.assign(affidavit, {
        files: [{ path: 'components/a/values.yaml', digest: digestOf('') }],
      }),
    ),
  }),
  'versions, commits and images of validators that the statement alone names': () => ({
    contents: remade(WHOLE, {}, (predicate) =>
      Object.assign(predicate, { aicrCommit: '0123abc', validatorCatalogVersion: 'v9' }),
    ),
  }),
  'anything that is withheld by a policy that nobody knows': async () => ({
    contents: await byAicr([], { version: 'v5' }),
    faults: [
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/region/value`,
      `fingerprint-matches-snapshot: FINGERPRINT_DIFFERS ${AT}/fingerprint/region/source`,
    ],
    finding: 'REDACTION_UNKNOWN',
  }),
};

describe('what nothing in the evidence shows', () => {
  it('is in the table, row by row', () => {
    expect(ROWS.map(([what]) => what)).toEqual(Object.keys(CASES));
  });

  it.each(ROWS)('%s', async (what, exits) => {
    const { contents, revealed, faults = [], finding } = (await CASES[what]?.()) ?? missing(what);
    const rules = [{}, { acceptClaimed: true }, { requireRecomputed: true }];
    const judged = rules.map((each) => judge(contents, revealed, each));
    expect(judged.map(({ exitCode }) => exitCode)).toEqual(exits);
    const found = judged.at(-1)?.faults ?? [];
    expect(faults.length === 0 ? found : found.filter((fault) => faults.includes(fault))).toEqual(
      faults,
    );
    if (finding === undefined) return;
    expect(judged[0]?.report.findings.map(({ code }) => code)).toContain(finding);
  });
});

function missing(what: string): never {
  throw new Error(`no evidence of ${what}`);
}
