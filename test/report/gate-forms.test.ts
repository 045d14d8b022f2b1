// The gate's report with what strangers can put into it, and with more than anybody reads.
import { describe, expect, it } from 'vitest';

import type { GateJson, GatePiece, GateRecipe, PlacedFault } from '../../src/gate/gate-json.ts';
import { renderGate } from '../../src/report/render/gate-forms.ts';
import { renderGateMarkdown } from '../../src/report/render/gate-markdown.ts';
import type { FaultJson } from '../../src/report/report-json.ts';
import { gateComplaints } from '../gate/gate-report.ts';
import { gateReport } from '../github/gate-report.ts';
import { propertyRuns } from '../property-runs.ts';
import { withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';
import { elementsOf, referencesIn, renderHtml, shapeOf, textOf } from './rendered.ts';

const BASE = gateReport('c'.repeat(40));
const PATH = 'recipes/evidence/h100-eks-ubuntu-training/x.yaml';
const FAULT: FaultJson & PlacedFault = {
  ...{ code: 'POINTER_SHARED', at: `${PATH}#/recipe`, found: 'one', expected: 'another' },
  ...{ hint: 'remove it', file: PATH, line: 4 },
};
const PIECE: GatePiece = {
  ...{ pointer: { path: PATH, line: 3 }, at: 'head', change: 'added', state: 'invalid' },
  digest: `sha256:${'1'.repeat(64)}`,
  signer: { identity: 'a@b.example', issuer: 'https://issuer.example', label: 'x' },
  figures: [{ name: 'nccl', measured: '473 GB/s', floor: '>= 300' }],
  ...{ fault: FAULT, counted: false },
};

it('shows the worst recipes first: a terminal shows a dozen', async () => {
  const [recipe] = BASE.recipes;
  const missing = Array.from({ length: 20 }, (_, index) => ({ ...recipe, name: `a-${index}` }));
  const recipes = [...missing, { ...recipe, name: 'z', state: 'not-allowed' }] as GateRecipe[];
  const shown = await renderGate({ ...BASE, recipes }, 'terminal', {
    look: { colour: false },
    read: async () => await Promise.resolve(''),
  });
  expect(shown).toContain('not-allowed z');
});

/** With something in each list. */
function fullReport(): GateJson {
  const [recipe] = BASE.recipes;
  if (recipe === undefined) throw new TypeError('no recipe');
  const full: GateRecipe = {
    ...recipe,
    profile: 'mode=a',
    fields: { items: [{ field: 'nodes', base: '1', head: '2' }], more: 3 },
    files: { items: [{ path: 'components/a/values.yaml', change: 'changed' }], more: 2 },
    evidence: [PIECE, { ...PIECE, state: 'single' }],
    next: [{ where: 'laptop', what: ['sign it: '], commands: [['affidavit', 'sign', PATH]] }],
  };
  const other: GateRecipe = { ...full, state: 'not-asked', required: false, next: [] };
  return {
    ...BASE,
    recipes: [full, other],
    faults: [FAULT],
    pointers: { breaches: [FAULT], removed: [{ path: PATH }], orphans: [{ path: PATH, line: 7 }] },
    findings: [{ ...FAULT, code: 'RECIPE_REMOVED', sentence: ['gone: ', { value: PATH }] }],
    listed: [{ identity: 'a@b.example', issuer: 'https://issuer.example', tier: 'community' }],
  };
}

/** Words that only we can have written, beside those of any report. */
const OURS = ['where', 'change', 'mode'] as const;

/** The same, but with one foreign text wherever foreign text can be. */
function hostileReport(foreign: string): GateJson {
  const report = fullReport();
  return kept(report, withForeign(report, foreign)) as GateJson;
}

function kept(report: unknown, foreign: unknown): unknown {
  if (Array.isArray(report) && Array.isArray(foreign)) {
    return report.map((item, index) => kept(item, foreign[index]));
  }
  if (typeof report !== 'object' || report === null) return foreign;
  const all = foreign as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(report).map(([key, value]: [string, unknown]) => {
      const isOurs = OURS.some((own) => own === key) && typeof value === 'string';
      return [key, isOurs ? value : kept(value, all[key])];
    }),
  );
}

describe('the comment of the gate', () => {
  const shape = shapeOf(renderHtml(renderGateMarkdown(hostileReport('x'))));

  it('has nothing foreign that looks like words of ours, and links to nothing', () => {
    forAllHostile(
      (value) => {
        // An empty text has its own words.
        const foreign = value === '' ? 'x' : value;
        const html = renderHtml(renderGateMarkdown(hostileReport(foreign)));
        expect(shapeOf(html)).toEqual(shape);
        expect(referencesIn(html)).toEqual([]);
      },
      propertyRuns(20, 100),
    );
  });

  it.each(['x', '`', '|', '<b>', '\n', '@team ', '&'])(
    'fits into a comment of GitHub however much there is, with the rest counted: %j',
    (piece) => {
      const report = hugeReport(piece.repeat(Math.ceil(5000 / piece.length)));
      const markdown = renderGateMarkdown(report);
      expect(markdown.length).toBeLessThanOrEqual(60_000);
      expect(markdown.startsWith('## ⚠️ Evidence is missing or not enough (exit 4)\n')).toBe(true);
      const html = renderHtml(markdown);
      const shown = elementsOf(html).filter(({ attrs }) =>
        attrs.some(({ name }) => name === 'rowspan'),
      );
      const [, left = ''] = /and (\d+) more recipes/.exec(textOf(html)) ?? [];
      expect(shown.length / 2 + Number(left)).toBe(1000);
      expect(textOf(html)).toContain(`${report.more.breaches + 400 - 5} more problems`);
    },
  );

  it('shows the one thing to do unfolded, paths whole, and what is measured before the phases', () => {
    const path = `recipes/evidence/${'long-'.repeat(30)}x.yaml`;
    const report = fullReport();
    const why = ['what ', { value: path }, ' leads to'];
    const recipes = report.recipes.map((recipe) => ({ ...recipe, why }));
    const markdown = renderGateMarkdown({ ...report, recipes });
    expect(markdown).toContain(`\`${path}\``);
    expect(markdown).toContain('<details open><summary>Next for ');
    expect(markdown).toContain('<th>Measured</th><th>Phases</th>');
    expect(markdown).toContain(
      '<td><code>components/a/values.yaml</code></td><td>there</td><td>changed</td>',
    );
    expect(markdown).toMatch(/\n\n`affidavit` is a program that .*\n$/);
  });

  it('says what to do for each of 25 recipes', () => {
    const [recipe] = fullReport().recipes;
    if (recipe === undefined) throw new TypeError('no recipe');
    const recipes = Array.from({ length: 25 }, (_, index) => ({ ...recipe, name: `r${index}` }));
    const next = Array.from({ length: 4 }, () => ({
      ...({ where: 'laptop', what: ['run this: '] } as const),
      commands: [['affidavit', 'x'.repeat(200)]],
    }));
    const markdown = renderGateMarkdown({
      ...fullReport(),
      recipes: recipes.map((each) => ({ ...each, next })),
    });
    expect(markdown.match(/Next for/g)).toHaveLength(25);
  });

  it('counts the tests of a phase by how they ended, and says which phase lacks one', () => {
    const counts = { passed: 9, failed: 0, skipped: 1, pending: 0, other: 0 };
    const phases = [
      { phase: 'conformance', state: 'green', counts },
      { phase: 'performance', state: 'red', counts: { ...counts, passed: 1, skipped: 0 } },
      { phase: 'deployment', state: 'not-run', counts },
    ] as const;
    const report = fullReport();
    const recipes = report.recipes.map((each) => ({ ...each, evidence: [{ ...PIECE, phases }] }));
    expect(renderGateMarkdown({ ...report, recipes })).toContain(
      'conformance recorded as green (9 passed, 1 skipped); performance <b>NOT GREEN</b> (1 passed, a demanded one lacks); deployment not run',
    );
  });

  it('names a recipe with evidence that goes in its first line', () => {
    const counts = { ...BASE.counts, affected: 0, states: {} };
    const report = { ...fullReport(), recipes: [], counts, exitCode: 0, decidedExitCode: 0 };
    expect(renderGateMarkdown(report)).toMatch(
      /^## .*1 recipe with evidence is removed; no other is affected; \d+ recipes? looked at /,
    );
  });

  it('shows in a terminal where two long texts differ, and where the other problems are', async () => {
    const folder = 'h100-eks-ubuntu-training-kubeflow/bbb359b51935b3f55a0a419b77730d97/';
    const fault = {
      ...FAULT,
      found: `"${folder}sha256-1.yaml"`,
      expected: `"${folder}sha256-2.yaml"`,
    };
    const breaches = Array.from({ length: 7 }, (_, index) => ({ ...fault, at: `p${index}.yaml` }));
    const report = {
      ...fullReport(),
      faults: [],
      pointers: { ...fullReport().pointers, breaches },
    };
    const look = { colour: false };
    const text = await renderGate(report, 'terminal', {
      look,
      read: async () => await Promise.resolve(''),
    });
    expect(text).toMatch(/found …\S*sha256-1.yaml"\n +want {2}…\S*sha256-2.yaml"/);
    expect(text).toContain('and 2 more problems: POINTER_SHARED at p5.yaml; POINTER_SHARED at');
  });

  it('counts in every other form what it does not tell one by one', async () => {
    const report = { ...fullReport(), more: { ...BASE.more, breaches: 7, orphans: 9 } };
    expect(gateComplaints(report)).toEqual([]);
    const read = async (): Promise<string> => await Promise.resolve('');
    const of = async (form: string): Promise<string> =>
      await renderGate(report, form, { look: { colour: false }, read });
    expect(await of('terminal')).toContain('and 7 more problems');
    expect(await of('terminal')).toContain('and 9 more pointers');
    expect(await of('junit')).toContain('7 more that have no case of their own');
  });
});

function hugeReport(long: string): GateJson {
  const report = kept(fullReport(), withForeign(fullReport(), long)) as GateJson;
  const [recipe, other] = report.recipes;
  if (recipe === undefined || other === undefined) throw new TypeError('no recipe');
  const of = <T>(item: T, count: number): readonly T[] => Array.from({ length: count }, () => item);
  const { breaches, removed, orphans } = report.pointers;
  const many: GateRecipe = {
    ...recipe,
    evidence: of(PIECE, 256).map((piece) => ({ ...piece, pointer: { path: long, line: 1 } })),
    fields: { items: recipe.fields.items.flatMap((item) => of(item, 20)), more: 9 },
    files: { items: recipe.files.items.flatMap((item) => of(item, 20)), more: 9 },
  };
  return {
    ...report,
    recipes: [...of(many, 1000), ...of(other, 1000)],
    faults: report.faults.flatMap((item) => of(item, 200)),
    findings: report.findings.flatMap((item) => of(item, 200)),
    pointers: {
      breaches: breaches.flatMap((item) => of(item, 200)),
      removed: removed.flatMap((item) => of(item, 200)),
      orphans: orphans.flatMap((item) => of(item, 200)),
    },
    more: { faults: 0, breaches: 9800, removed: 1, orphans: 1, findings: 1 },
  };
}
