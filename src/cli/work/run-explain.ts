import { nearest } from '../../nearest.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { beginningWith, explain, explanations, having, wordsOf } from '../../report/explain.ts';
import type { Explanation } from '../../report/explain.ts';
import { heading, wrap, type Terminal } from '../../report/render/terminal-lines.ts';
import type { Call } from '../call/command.ts';
import { lookOf, outputOf } from '../call/report-flags.ts';
import { deliver } from './deliver.ts';
import { pagesOf } from './pages.ts';

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

export async function readExplanations(root: string): Promise<readonly Explanation[]> {
  const read = pagesOf({ root });
  return explanations({
    errors: await read('errors'),
    verification: await read('verification'),
    cli: await read('cli'),
  });
}

function refuseUnknown(word: string, all: readonly Explanation[]): never {
  const names = all.flatMap((explanation) => explanation.names);
  const begun = beginningWith(word, all);
  // One number is no spelling of another one. Those that begin alike come first: not all are compared.
  const spelt = names.filter((name) => !/^\d/.test(name));
  const alike = spelt.filter((name) => name.startsWith(word.slice(0, 3)));
  const meant = nearest(word, [...alike, ...spelt]);
  const hint =
    begun.length > 0
      ? `these begin so: ${listedNames(begun)}`
      : meant === undefined
        ? inNames(word, all)
        : `did you mean affidavit explain ${meant}?`;
  const expected =
    'a code that was printed, the name of a check, an exit code, or a word of a report';
  refuse({ code: 'USAGE', at: 'affidavit explain', hint }, quote(word), expected);
}

function inNames(word: string, all: readonly Explanation[]): string {
  const names = having(word, all);
  return names.length > 0
    ? `these have it: ${listedNames(names)}`
    : 'docs/errors.md lists the codes, docs/verification.md the checks, docs/cli.md the exit codes and words';
}

/** Its labels stay below each other. */
function indentOf(line: string): string {
  return `  ${' '.repeat(line.length - line.trimStart().length)}`;
}

/** All of them have room on a screen. */
const MOST_BEGUN = 20;

function listedNames(names: readonly string[]): string {
  const left = names.length - MOST_BEGUN;
  const more = left > 0 ? `, and ${left} more` : '';
  return `${names.slice(0, MOST_BEGUN).join(', ')}${more}`;
}

function renderExplanation(
  { names, page, text, example }: Explanation,
  terminal: Terminal,
): string {
  const lines = [
    heading(names.join(' '), terminal),
    '',
    ...wordsOf(text).flatMap((line) => wrap(line, '', line.startsWith('- ') ? '  ' : '', terminal)),
    '',
    heading('Example:', terminal),
    '',
    ...example.split('\n').flatMap((line) => wrap(line, indentOf(line), ' '.repeat(9), terminal)),
    '',
    `See ${page}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}
