// Run by work.test.ts in a process of its own: prints, for each kind of input, what the work costs with a few,
// with some, and with ten times as many of it. The code is loaded after the counting has begun.
import { propertyRuns } from '../property-runs.ts';
import { isEndless, type Costs } from './costs.ts';
import { costOf, startCounting } from './count-work.ts';
import type { Kind } from './work.ts';

/** What looks endless with so many may only have come to a limit, and is counted with more. */
const SOME = propertyRuns(50, 70);
const MORE = 300;
/** Three thousand recipes with an overlay each would take minutes. */
const FEW_RECIPES = propertyRuns(30, 50);

startCounting();
const { RECIPE_KINDS, REDACTION_KINDS, RESULT_KINDS, SNAPSHOT_KINDS } =
  await import('./document-kinds.ts');
const { FIGURE_KINDS } = await import('./figure-kinds.ts');
const { CLAIM_KINDS } = await import('./claim-kinds.ts');
const { OTHER_KINDS } = await import('./other-kinds.ts');
const { LINT_KINDS } = await import('./lint-kinds.ts');
const { DIFF_KINDS } = await import('./diff-kinds.ts');
const { ORIGINAL_KINDS } = await import('./original-kinds.ts');
const { GATE_KINDS } = await import('./gate-kinds.ts');
const { OVERLAY_KINDS } = await import('./overlay-kinds.ts');

const documents = { ...RECIPE_KINDS, ...SNAPSHOT_KINDS, ...RESULT_KINDS, ...FIGURE_KINDS };
const all = {
  ...documents,
  ...REDACTION_KINDS,
  ...CLAIM_KINDS,
  ...OTHER_KINDS,
  ...ORIGINAL_KINDS,
  ...OVERLAY_KINDS,
  ...LINT_KINDS,
  ...DIFF_KINDS,
  ...GATE_KINDS,
};
const wanted = process.argv[2] ?? '';
for (const [name, kind] of Object.entries(all)) {
  if (!name.includes(wanted)) continue;
  const quick = await costsOf(name, kind, name in GATE_KINDS ? FEW_RECIPES : SOME);
  const costs = isEndless(quick) ? await costsOf(name, kind, MORE) : quick;
  process.stdout.write(`${JSON.stringify(costs)}\n`);
}

async function costsOf(name: string, kind: Kind, count: number): Promise<Costs> {
  const few = await costOf(await kind(10));
  const some = await costOf(await kind(count));
  return { name, few, some, tenfold: await costOf(await kind(10 * count)) };
}
