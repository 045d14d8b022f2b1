import { parseCatalogue } from '../../evidence/resolve/catalogue.ts';
import { DIMENSIONS } from '../../evidence/resolve/criteria.ts';
import { queryOf } from '../../evidence/resolve/query.ts';
import { recipeText } from '../../evidence/resolve/recipe-text.ts';
import { resolve } from '../../evidence/resolve/resolve.ts';
import { RULES } from '../../evidence/resolve/rules.ts';
import { printReport } from '../../io/disk/print-report.ts';
import { readRecipeFiles } from '../../io/disk/recipe-files.ts';
import type { Call } from '../call/command.ts';
import { outputOf } from '../call/report-flags.ts';
import { sayFindings } from './say-findings.ts';

export async function runRecipeResolve(call: Call): Promise<number> {
  const { options, signal } = call;
  const recipes = await readRecipeFiles(options.required('data'));
  const catalogue = parseCatalogue(recipes, options.choice('rules', RULES));
  const asked = DIMENSIONS.flatMap((name) => {
    const value = options.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const query = queryOf(new Map(asked), options.number('nodes'), catalogue);
  const resolution = resolve(catalogue, query);
  sayFindings(resolution.findings);
  const output = outputOf(options);
  if (output !== undefined) await call.beforeWriting();
  await printReport(recipeText(resolution), output, signal);
  return 0;
}
