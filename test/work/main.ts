// Run by work.test.ts in a process of its own: prints, for each kind of input, what the work costs with a few,
// with some, and with ten times as many of it. The code is loaded after the counting has begun.
import { propertyRuns } from '../property-runs.ts';
import { costOf, startCounting } from './count-work.ts';
import type { Kind } from './work.ts';

/** `./dev check` has the time to see even what grows a little too fast. */
const SOME = propertyRuns(100, 300);

startCounting();
const { RECIPE_KINDS, RESULT_KINDS, SNAPSHOT_KINDS } = await import('./document-kinds.ts');
const { FIGURE_KINDS } = await import('./figure-kinds.ts');
const { CLAIM_KINDS } = await import('./claim-kinds.ts');
const { OTHER_KINDS } = await import('./other-kinds.ts');
const { OVERLAY_KINDS } = await import('./overlay-kinds.ts');

const documents = { ...RECIPE_KINDS, ...SNAPSHOT_KINDS, ...RESULT_KINDS, ...FIGURE_KINDS };
const all = { ...documents, ...CLAIM_KINDS, ...OTHER_KINDS, ...OVERLAY_KINDS };
const wanted = process.argv[2] ?? '';
for (const [name, kind] of Object.entries(all)) {
  if (!name.includes(wanted)) continue;
  const few = await costs(kind, 10);
  const some = await costs(kind, SOME);
  const tenfold = await costs(kind, 10 * SOME);
  process.stdout.write(`${JSON.stringify({ name, few, some, tenfold })}\n`);
}

async function costs(kind: Kind, count: number): Promise<number> {
  const work = await kind(count);
  return await costOf(work);
}
