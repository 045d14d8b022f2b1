// Many verifications in one call: each is the one of `verify-input.ts`, by rules that every thread reads once.
import { availableParallelism } from 'node:os';

import { inOrder } from '../../batch/in-order.ts';
import { Summary } from '../../batch/summary.ts';
import { timestampOf } from '../../document/time.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { STDIN } from '../../io/disk/files.ts';
import { followed, isLayoutFolder } from '../../io/disk/folders.ts';
import type { Listed } from '../../io/disk/list-inputs.ts';
import { showProgress } from '../../io/process/batch-progress.ts';
import { unlessAborted } from '../../io/process/interrupt.ts';
import { JudgePool } from '../../io/workers/judge-pool.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import { refuse } from '../../place.ts';
import { reportIn } from '../../report/encode-report.ts';
import { present, rootJson } from '../../report/json.ts';
import type { SummaryJson } from '../../report/report-json.ts';
import { AFFIDAVIT } from '../../tool.ts';
import type { Call } from '../call/command.ts';
import { EXIT_CODES } from '../call/exit-codes.ts';
import { isColoured } from '../call/report-flags.ts';
import { answering, noAnswer, wordsForOne, type Answer } from './answer.ts';
import { BatchReports, type Lists } from './batch-reports.ts';
import { InputList } from './input-list.ts';
import { namedRules } from './named-rules.ts';
import { readRules, type Rules } from './verify-input.ts';

/** What is about one bundle. */
const OF_ONE = ['bundle', 'attestation', 'logs', 'revealed', 'emit-vsa', 'emit-svr'];

/** Inputs that are taken before the first of them is answered, for each thread. */
const AHEAD = 8;

/** The same for this process alone: while one is read, the other is judged. */
const AHEAD_ALONE = 2;

const HEAD = { schemaVersion: SCHEMA_VERSION, tool: AFFIDAVIT } as const;

/**
 * @param files the flags that name what is read
 * @returns the exit code; undefined for a directory without any bundle, which is judged as one is
 */
export async function runVerifyMany(
  call: Call,
  files: readonly string[],
): Promise<number | undefined> {
  const list = listOf(call, files);
  return (await list.isOneBundle()) ? undefined : await judgeMany(call, list, VERIFY);
}

/** How a command that judges many is called and what it shows. */
export interface View {
  readonly name: readonly string[];
  readonly lists?: Lists;
}

const VERIFY: View = { name: ['verify-evidence'] };

/** Throws USAGE for what is about one bundle, or is in standard input. */
export function listOf(call: Call, files: readonly string[]): InputList {
  requireForMany(call, files);
  return new InputList(call);
}

export async function judgeMany(call: Call, list: InputList, view: View): Promise<number> {
  const rules = await readRules(call);
  const judges = await openJudges(call, rules);
  await call.beforeWriting();
  const head = { ...HEAD, isStored: false, lists: view.lists };
  const reports = await BatchReports.open(call, head, call.waitForEnd());
  const summary = new Summary();
  // On one terminal a line of progress would stand in the middle of a row.
  const endProgress =
    call.terminal.isTTY === true && reports.isPrinted
      ? () => undefined
      : showProgress(
          () => ({ done: summary.bundles, total: list.total, worst: summary.worst }),
          process.stderr,
          process.stderr.isTTY && isColoured(true, call.environment),
        );
  try {
    const judge = async (item: Listed): Promise<Answer> =>
      typeof item === 'string' ? await judges.judge(item) : noAnswer(call, item.path, item.error);
    const answers = inOrder(list.items(), judge, judges.ahead);
    const stopped = await takeAll(answers, { call, summary, reports });
    const exitCode = stopped === 'interrupted' ? EXIT_CODES.interrupted : summary.exitCode;
    const around = { ...commonOf(call, rules), ...list.json(), stopped };
    const repeat = ['affidavit', ...view.name, ...wordsForOne(call.words)];
    endProgress();
    await reports.end({ ...HEAD, summary: present(summary.json(around)), exitCode, repeat });
    return exitCode;
  } catch (error) {
    await reports.drop(error);
    throw error;
  } finally {
    endProgress();
    await judges.close();
  }
}

interface Taking {
  readonly call: Call;
  readonly summary: Summary;
  readonly reports: BatchReports;
}

/** Until all are judged, or somebody or the first that is not verified ends it. */
async function takeAll(
  answers: AsyncGenerator<Answer, void>,
  { call: { signal, options }, summary, reports }: Taking,
): Promise<SummaryJson['stopped']> {
  while (!signal.aborted) {
    const next = await unlessAborted(answers.next(), signal).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (next === undefined) break;
    if (next.done === true) return undefined;
    const { json, row } = next.value;
    await reports.add({ line: json, row, report: () => reportIn(json) });
    summary.add(row);
    if (options.has('fail-fast') && row.outcome !== 'verified') return 'first-failure';
  }
  return 'interrupted';
}

interface Judges {
  /** How many are taken before the first of them is answered. */
  readonly ahead: number;
  readonly judge: (path: string) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** Threads, or this process alone. All judge by one clock. */
async function openJudges(call: Call, rules: Rules): Promise<Judges> {
  const { options } = call;
  const jobs = options.has('jobs') ? options.number('jobs') : availableParallelism();
  if (jobs === 1) {
    return { ahead: AHEAD_ALONE, judge: await answering(call, rules), close: async () => {} };
  }
  const [, program = ''] = process.argv;
  const isAsked = rules.now === undefined || options.has('at');
  const clock = isAsked ? [] : ['--at', timestampOf(rules.now)];
  const pool = new JudgePool(
    [program, ...VERIFY.name, ...call.talk, ...clock, ...call.words],
    jobs,
    (path, cause) => noAnswer(call, path, died(cause)),
  );
  return {
    ahead: jobs * AHEAD,
    judge: async (path) => await pool.judge(path),
    close: async () => await pool.close(),
  };
}

function died(cause: unknown): EvidenceError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new EvidenceError('INTERNAL', {
    found: `a thread that ended without a verdict${reason}`,
    expected: 'a verdict',
    hint: 'verify this one alone; if the machine was short of memory, use fewer --jobs',
    cause,
  });
}

function commonOf({ options }: Call, rules: Rules): Pick<SummaryJson, 'root' | 'policy' | 'rules'> {
  const { trust, policy } = rules;
  return {
    root: rootJson(trust.root),
    policy: policy?.file,
    rules: namedRules(options, rules),
  };
}

/** Threads have no standard input, and would each read it. */
function requireForMany({ options }: Call, files: readonly string[]): void {
  const inputs = options.texts('input');
  const one = OF_ONE.find((name) => options.has(name));
  if (one !== undefined) {
    const isAlone = inputs.length === 1 && !options.has('from') && !options.has('shard');
    const [found, hint] = isAlone ? alone(inputs[0] ?? '') : SEVERAL;
    const place = { code: 'USAGE', at: `--${one}`, hint } as const;
    refuse(place, found, 'one bundle, which it is about');
  }
  const named = files.find((name) => options.text(name) === STDIN);
  if (named === undefined && !inputs.includes(STDIN)) return;
  const at = named === undefined ? 'INPUT' : `--${named}`;
  const hint = 'write it to a file, and name that';
  refuse({ code: 'USAGE', at, hint }, 'standard input, in a call for many bundles', 'a file');
}

const SEVERAL = ['more than one bundle', 'verify that bundle in a call of its own'] as const;

/** What one input is that is judged as many, and what to name in its place. */
function alone(input: string): readonly [found: string, hint: string] {
  return isLayoutFolder(followed(input))
    ? [
        'an OCI image layout with other files in it, all of which are judged',
        'name the artifact, LAYOUT@sha256:HEX, or take the other files out of the directory',
      ]
    : ['a directory or a pattern, for any number of bundles', 'name the bundle itself'];
}
