import { rowOf, type Row } from '../../batch/row.ts';
import { ReadBefore } from '../../evidence/verify/read-before.ts';
import { timed } from '../../io/disk/talk.ts';
import { encodeLine } from '../../report/encode-report.ts';
import type { VerificationJson, ErrorJson } from '../../report/report-json.ts';
import type { Call } from '../call/command.ts';
import { wordsWithout } from '../call/values-in.ts';
import { readRules, verifyInput, type Rules } from './verify-input.ts';

/** What became of one of many: its report, or why there is none, as a line of JSON, and what the summary wants of it. */
export interface Answer {
  /** Bytes, which a thread can give away: as a text, thousands of them would widen the memory of who takes them. */
  readonly json: Uint8Array<ArrayBuffer>;
  readonly row: Row;
}

/** What says which of many are judged, and how: nobody needs it to judge one again. */
const OF_MANY = ['from', 'jobs', 'shard'];

/** Judges one input after the other by rules that are read once. Nothing that is wrong with one is thrown. */
export async function answering(
  call: Call,
  rules?: Rules,
): Promise<(path: string) => Promise<Answer>> {
  const read = { ...(rules ?? (await readRules(call))), readBefore: new ReadBefore() };
  const flags = OF_MANY.reduce(
    (words, name) => wordsWithout(words, name),
    wordsForOne(call.flagWords),
  );
  const words = flags.filter((word) => word !== '--fail-fast');
  return async (path) => {
    // How far all are is said for them together.
    const quiet: Call = {
      ...call,
      progress: async (what, work) => await timed(`${what} ${path}`, work),
    };
    try {
      const way = { rules: async () => await Promise.resolve(read), words: [path, ...words] };
      return answerOf((await verifyInput(quiet, path, way)).json, path);
    } catch (error) {
      return noAnswer(call, path, error);
    }
  };
}

export function noAnswer(call: Call, path: string, error: unknown): Answer {
  return answerOf({ ...call.errorJson(error), source: path }, path);
}

function answerOf(report: VerificationJson | ErrorJson, path: string): Answer {
  return { json: TEXT.encode(encodeLine(report)), row: rowOf(report, path) };
}

const TEXT = new TextEncoder();

/** Without the forms and places of reports. */
export function wordsForOne(words: readonly string[]): readonly string[] {
  return wordsWithout(wordsWithout(words, 'format', 'f'), 'output', 'o');
}
