import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { needsOthers, type NamedFile } from '../../evidence/lint/lint-file.ts';
import { lint, type LintFinding } from '../../evidence/lint/lint.ts';
import type { RecipeFiles } from '../../evidence/resolve/recipe-files.ts';
import { STDIN, nameOf, readFileBounded, requireOneStdin } from '../../io/disk/files.ts';
import { readRecipeFiles } from '../../io/disk/recipe-files.ts';
import { isDirectory } from '../../io/disk/results.ts';
import { say } from '../../io/disk/talk.ts';
import { MAX_RECIPE_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import { encodeReport } from '../../report/encode-report.ts';
import type { Call } from '../call/command.ts';
import { wrapLines } from '../call/wrap-talk.ts';
import { deliver } from './deliver.ts';

export async function runRecipeLint(call: Call): Promise<number> {
  const { options } = call;
  requireOneStdin(options.texts('path'));
  const data = options.text('data');
  const recipes = data === undefined ? undefined : await readRecipeFiles(data);
  const files: NamedFile[] = [];
  const directories: RecipeFiles[] = [];
  for (const path of options.texts('path')) {
    if (path !== STDIN && (await isDirectory(path))) directories.push(await readRecipeFiles(path));
    else files.push(await readNamed(path));
  }
  const findings = lint({ files, directories, data: recipes });
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const isJson = options.choice('format', ['terminal', 'json']) === 'json';
  if (recipes === undefined) sayUnresolved(files);
  if (isJson) await deliver(json(findings, errors), call);
  else await deliver(findings.map(line).join(''), call, wrapLines);
  return errors === 0 ? 0 : 2;
}

function sayUnresolved(files: readonly NamedFile[]): void {
  for (const { file } of files.filter(needsOthers)) {
    say(
      `affidavit: ${file} is a part of recipes and was not resolved; --data DIR lays it over those of DIR, and resolves it\n`,
    );
  }
}

async function readNamed(path: string): Promise<NamedFile> {
  const bytes = await readFileBounded(path, MAX_RECIPE_BYTES, 'recipe');
  return { file: escapeInvisible(nameOf(path)), bytes };
}

function line({
  file,
  line: row,
  column,
  severity,
  code,
  found,
  expected,
  hint,
}: LintFinding): string {
  const message = `${ERROR_CATALOGUE[code][1]}: found ${found}, expected ${expected}; ${hint}`;
  return `${escapeInvisible(`${file}:${row}:${column} ${code} ${severity}: ${message}`)}\n`;
}

/** schemas/lint.schema.json */
function json(findings: readonly LintFinding[], errors: number): string {
  return encodeReport({
    schemaVersion: '1.0.0',
    errors,
    warnings: findings.length - errors,
    findings: findings.map(({ file, pointer, severity, code, found, expected, hint, ...spot }) => ({
      ...{ file, line: spot.line, column: spot.column, pointer },
      ...{ severity, code, found, expected, hint },
    })),
  });
}
