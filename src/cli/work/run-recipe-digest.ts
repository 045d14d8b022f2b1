import { join } from 'node:path';

import { hexOf } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { readComponentTypes } from '../../evidence/recipe/component-types.ts';
import type { TypeOf } from '../../evidence/recipe/prepare-components.ts';
import { digestRecipe, type RecipeDigests } from '../../evidence/recipe/recipe-digest.ts';
import { nameOf, readFileBounded } from '../../io/disk/files.ts';
import { printReport } from '../../io/disk/print-report.ts';
import { MAX_RECIPE_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { outputOf } from '../call/report-flags.ts';
import { sayFindings } from './say-findings.ts';

export async function runRecipeDigest(call: Call): Promise<number> {
  const { options, signal } = call;
  const path = options.required('file');
  const typeOf = await typesOf(options.text('data'));
  const bytes = await readFileBounded(path, MAX_RECIPE_BYTES, 'recipe');
  const digests = digestRecipe(bytes, escapeInvisible(nameOf(path)), typeOf);
  sayFindings(digests.findings);
  sayOther(digests);
  const output = outputOf(options);
  if (output !== undefined) await call.beforeWriting();
  await printReport(`${hexOf(digests.digest)}\n`, output, signal);
  return 0;
}

async function typesOf(directory: string | undefined): Promise<TypeOf | undefined> {
  if (directory === undefined) return undefined;
  const path = join(directory, 'registry.yaml');
  const bytes = await readFileBounded(path, MAX_RECIPE_BYTES, 'recipe');
  return readComponentTypes(bytes, escapeInvisible(path));
}

/** AICR has two digests, and its gate compares the one with the other. */
function sayOther({ digest, canonical }: RecipeDigests): void {
  if (canonical === digest) return;
  const other = canonical instanceof EvidenceError ? `none: ${canonical.found}` : hexOf(canonical);
  process.stderr
    .write(`digest:    ${hexOf(digest)}, of the recipe as AICR reads it and writes it again
canonical: ${other}, of the file as it is, as AICR's verifier hashes it
`);
}
