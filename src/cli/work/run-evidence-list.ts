import { markdownList, plainList, terminalList } from '../../report/render/list.ts';
import type { Call } from '../call/command.ts';
import type { Lists } from './batch-reports.ts';
import { judgeMany, listOf } from './run-verify-many.ts';
import { beforeVerifying, VERIFY_FILES } from './run-verify.ts';

const LISTS: Lists = new Map([
  ['terminal', terminalList],
  ['markdown', markdownList],
  ['plain', plainList],
]);

/** The same verifications as of verify-evidence, with a row for each. */
export async function runEvidenceList(call: Call): Promise<number> {
  const judging = { ...call, piped: 'plain' };
  beforeVerifying(judging);
  const list = listOf(judging, VERIFY_FILES);
  // One is a list too. But an empty one is none.
  await list.isOneBundle();
  return await judgeMany(judging, list, { name: ['evidence', 'list'], lists: LISTS });
}
