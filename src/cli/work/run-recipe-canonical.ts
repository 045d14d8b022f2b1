import { canonicalRecipe } from '../../evidence/aicr/canonical-yaml.ts';
import { nameOf, readFileBounded } from '../../io/disk/files.ts';
import { MAX_RECIPE_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { deliver } from './deliver.ts';

export async function runRecipeCanonical(call: Call): Promise<number> {
  const { options } = call;
  const path = options.required('file');
  const rules = options.choice('rules', ['v3', 'legacy']) ?? 'v3';
  const bytes = await readFileBounded(path, MAX_RECIPE_BYTES, 'recipe');
  const text = canonicalRecipe(bytes, escapeInvisible(nameOf(path)), rules);
  await deliver(text, call);
  return 0;
}
