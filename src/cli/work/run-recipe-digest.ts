import { hexOf } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { RecipeDigests } from '../../evidence/recipe/recipe-digest.ts';
import { parseCatalogue } from '../../evidence/resolve/catalogue.ts';
import { digestFile } from '../../evidence/resolve/digest.ts';
import { nameOf, readFileBounded } from '../../io/disk/files.ts';
import { readRecipeFiles } from '../../io/disk/recipe-files.ts';
import { say } from '../../io/disk/talk.ts';
import { MAX_RECIPE_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { deliver } from './deliver.ts';
import { profileChoice } from './profile-choice.ts';
import { sayFindings } from './say-findings.ts';

export async function runRecipeDigest(call: Call): Promise<number> {
  const { options } = call;
  const path = options.required('file');
  const profile = profileChoice(options);
  const data = options.text('data');
  const catalogue = data === undefined ? undefined : parseCatalogue(await readRecipeFiles(data));
  const bytes = await readFileBounded(path, MAX_RECIPE_BYTES, 'recipe');
  const digests = digestFile(bytes, escapeInvisible(nameOf(path)), { catalogue, profile });
  sayFindings(digests.findings);
  sayOther(digests);
  await deliver(`${hexOf(digests.digest)}\n`, call);
  return 0;
}

/** AICR has two digests, and its gate compares the one with the other. */
function sayOther({ digest, canonical }: RecipeDigests): void {
  if (canonical === undefined || canonical === digest) return;
  const other = canonical instanceof EvidenceError ? `none: ${canonical.found}` : hexOf(canonical);
  say(`digest:    ${hexOf(digest)}, of the recipe as AICR reads it and writes it again
canonical: ${other}, of the file as it is, as AICR's verifier hashes it
`);
}
