// Where the JSON of an error goes: where its report would have gone, so that nobody reads an older verdict there.

import { readFileSync, statSync } from 'node:fs';

import { EvidenceError } from '../errors/evidence-error.ts';
import { isWithin, lookAt } from '../io/disk/harmless-output.ts';
import { printReport } from '../io/disk/print-report.ts';
import { quote } from '../quote.ts';
import { valuesIn, type WordValue } from './call/values-in.ts';

/**
 * The call may be the error, so that nobody knows which words name files. So each of them counts as one, and of what is
 * there only an older report is replaced.
 *
 * @param words of the call
 * @param asked where it is to go; by default where `--output` says
 * @returns a line that says why a file stays as it was, or ''
 */
export async function deliverError(
  text: string,
  words: readonly string[],
  asked = valuesIn(words, 'output', 'o'),
): Promise<string> {
  const places = asked.filter(({ value }) => value !== '-');
  const [place] = places;
  const reason = place && (reasonNot(places, words) ?? (await writeTo(place.value, text)));
  if (place === undefined || reason !== undefined) process.stdout.write(text);
  if (place === undefined || reason === undefined || lookAt(place.value) === undefined) return '';
  return ` note: ${quote(place.value)} stays as it was, and says nothing of this call: ${reason}\n`;
}

function reasonNot(
  [{ index, value: path } = { index: -1, value: '' }, ...more]: readonly WordValue[],
  words: readonly string[],
): string | undefined {
  if (more.length > 0) return '--output is there more than once';
  const others = words
    .filter((_, other) => other !== index)
    .flatMap((word) => [
      word,
      word.replace(/^-[^=]*=/, ''),
      word.replace(/^-[a-z]/, ''),
      word.replace(/^.*=/, ''),
    ]);
  const isNamed = others.some((word) => word !== '' && isWithin(path, word));
  if (isNamed) return 'another word of the call names it too, or a directory around it';
  return isReport(path) ? undefined : 'it holds something else than a report in JSON';
}

/** Or nothing yet, or what is no file: that keeps nothing, or cannot be written to. */
function isReport(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return true;
    const text = readFileSync(path, 'utf8');
    const report: unknown = text === '' ? { exit: 0 } : JSON.parse(text);
    return ['exitCode', 'exit'].some(
      (name) => typeof Reflect.get(Object(report), name) === 'number',
    );
  } catch {
    return lookAt(path) === undefined;
  }
}

async function writeTo(path: string, text: string): Promise<string | undefined> {
  try {
    await printReport(text, path);
    return undefined;
  } catch (error) {
    return error instanceof EvidenceError ? error.found : String(error);
  }
}
