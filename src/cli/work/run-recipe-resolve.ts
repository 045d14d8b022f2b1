import { parseCatalogue } from '../../evidence/resolve/catalogue.ts';
import { DIMENSIONS } from '../../evidence/resolve/criteria.ts';
import { explain } from '../../evidence/resolve/explain.ts';
import { queryOf } from '../../evidence/resolve/query.ts';
import { recipeText } from '../../evidence/resolve/recipe-text.ts';
import { resolve, type Resolution } from '../../evidence/resolve/resolve.ts';
import { RULES } from '../../evidence/resolve/rules.ts';
import { deriveCriteria } from '../../evidence/resolve/snapshot-criteria.ts';
import { readSnapshot, type Snapshot } from '../../evidence/snapshot/snapshot.ts';
import { nameOf, readFileBounded } from '../../io/disk/files.ts';
import { readRecipeFiles } from '../../io/disk/recipe-files.ts';
import { warn } from '../../io/disk/talk.ts';
import { MAX_SNAPSHOT_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { deliver } from './deliver.ts';
import { profileChoice } from './profile-choice.ts';
import { sayFindings } from './say-findings.ts';

export async function runRecipeResolve(call: Call): Promise<number> {
  const { options } = call;
  const resolution = await resolveAsked(options);
  if (options.has('explain')) {
    warn(explain(resolution).split('\n').map(escapeInvisible).join('\n'));
  }
  await deliver(recipeText(resolution), call);
  return 0;
}

/** Says what is found on the way. */
async function resolveAsked(options: Call['options']): Promise<Resolution> {
  const profile = profileChoice(options);
  const snapshot = await snapshotOf(options.text('snapshot'));
  const recipes = await readRecipeFiles(options.required('data'));
  const catalogue = parseCatalogue(recipes, options.choice('rules', RULES));
  const asked = DIMENSIONS.flatMap((name) => {
    const value = options.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const derived = deriveCriteria(snapshot, new Set(asked.map(([name]) => name)), catalogue);
  sayFindings(derived.findings);
  const criteria = new Map([...derived.values, ...asked]);
  const query = queryOf(criteria, options.number('nodes'), catalogue);
  const chosen = { profile, snapshot, derived: new Set(derived.values.keys()) };
  const resolution = resolve(catalogue, query, chosen);
  sayFindings(resolution.findings);
  return resolution;
}

async function snapshotOf(path: string | undefined): Promise<Snapshot | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readFileBounded(path, MAX_SNAPSHOT_BYTES, 'snapshot');
  return readSnapshot(bytes, escapeInvisible(nameOf(path)));
}
