import { hexOf, type Digest } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { migrate, type Digests } from '../../evidence/lint/migrate.ts';
import { parseCatalogue } from '../../evidence/resolve/catalogue.ts';
import { nameOf, readFileBounded } from '../../io/disk/files.ts';
import { readRecipeFiles } from '../../io/disk/recipe-files.ts';
import { say } from '../../io/disk/talk.ts';
import { MAX_RECIPE_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { deliver } from './deliver.ts';
import { sayFindings } from './say-findings.ts';

export async function runRecipeMigrate(call: Call): Promise<number> {
  const { options } = call;
  const path = options.required('file');
  const data = options.text('data');
  const registry =
    data === undefined ? undefined : parseCatalogue(await readRecipeFiles(data)).registry;
  const typeOf = registry && ((name: string) => registry.get(name)?.type);
  const bytes = await readFileBounded(path, MAX_RECIPE_BYTES, 'recipe');
  const { text, before, after, findings } = migrate(
    { file: escapeInvisible(nameOf(path)), bytes },
    typeOf,
  );
  sayFindings(findings);
  say(`${digestsOf('before', before)}${digestsOf('after', after)}`);
  await deliver(text, call);
  return 0;
}

function digestsOf(when: string, { digest, canonical }: Digests): string {
  const own = digest === undefined ? '' : `digest ${when}: ${hexOrReason(digest)}\n`;
  return `${own}canonical ${when}: ${hexOrReason(canonical)}\n`;
}

function hexOrReason(digest: Digest | EvidenceError): string {
  return digest instanceof EvidenceError ? `none: ${digest.found}` : hexOf(digest);
}
