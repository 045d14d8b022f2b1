import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { unreadable } from '../../io/disk/system-error.ts';
import { nearest } from '../../nearest.ts';
import { quote } from '../../quote.ts';
import { explain, explanations, type Explanation, type Pages } from '../../report/explain.ts';
import { heading, wrap, type Terminal } from '../../report/render/terminal-lines.ts';
import type { Call } from '../call/command.ts';
import { lookOf, outputOf } from '../call/report-flags.ts';
import { deliver } from './deliver.ts';

export async function runExplain(call: Call): Promise<number> {
  const word = call.options.required('word');
  const all = await readExplanations(call.root);
  const explanation = explain(word, all) ?? refuseUnknown(word, all);
  if (call.options.text('format') === 'json') {
    const { encodeReport } = await import('../../report/encode-report.ts');
    await deliver(encodeReport({ ...explanation }), call);
  } else {
    await deliver(renderExplanation(explanation, lookOf(call, outputOf(call.options))), call);
  }
  return 0;
}

/** The pages are read when they are asked for: joined to the program, they would make every start slower. */
export async function readExplanations(root: string): Promise<readonly Explanation[]> {
  return explanations({
    errors: await readPage(root, 'errors'),
    verification: await readPage(root, 'verification'),
    cli: await readPage(root, 'cli'),
  });
}

async function readPage(root: string, page: keyof Pages): Promise<string> {
  const path = join(root, 'docs', `${page}.md`);
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(error, path);
  });
}

function refuseUnknown(word: string, all: readonly Explanation[]): never {
  const names = all.flatMap((explanation) => explanation.names);
  // One number is no spelling of another one.
  const meant = nearest(
    word,
    names.filter((name) => !/^\d/.test(name)),
  );
  throw new EvidenceError('USAGE', {
    at: 'affidavit explain',
    found: quote(word),
    expected: 'a code that was printed, the name of a check, or an exit code',
    hint:
      meant === undefined
        ? 'docs/errors.md lists the codes, docs/verification.md the checks, docs/cli.md the exit codes'
        : `did you mean affidavit explain ${meant}?`,
  });
}

function renderExplanation(
  { names, page, text, example }: Explanation,
  terminal: Terminal,
): string {
  const lines = [
    heading(names.join(' '), terminal),
    '',
    ...wordsIn(text).flatMap((line) => wrap(line, '', line.startsWith('- ') ? '  ' : '', terminal)),
    '',
    heading('Example:', terminal),
    '',
    // As it is printed: nothing of it is broken.
    ...example.split('\n').map((line) => `  ${line}`),
    '',
    `See ${page}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The paragraphs and items of a text in Markdown, each on one line. */
function wordsIn(markdown: string): readonly string[] {
  return markdown
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll('**', '')
    .replaceAll(/(?<=\S)\n(?=[^\s|-])/g, ' ')
    .split('\n');
}
