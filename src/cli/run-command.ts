import { isLarge } from '../io/disk/document-size.ts';
import { setTalk, silence, timed } from '../io/disk/talk.ts';
import { documentTime } from '../io/process/clock.ts';
import { interruptible, lookForSignals, type Interruption } from '../io/process/interrupt.ts';
import { withProgress } from '../io/process/progress.ts';
import { forbidKilling, mayStartSecond } from '../io/process/second-process.ts';
import { escapeInvisible } from '../quote.ts';
import type { Call, Command } from './call/command.ts';
import { inputsOf } from './call/inputs.ts';
import { Options, type OptionValue } from './call/options.ts';
import { readWords } from './call/read-words.ts';
import { splitTalk, talkOf } from './call/talk-flags.ts';
import { wrapLines } from './call/wrap-talk.ts';
import { allCommands } from './command-table.ts';
import { errorJson } from './print-error.ts';
import { redact } from './redact.ts';
import type { Request } from './request.ts';

const { signal: NEVER } = new AbortController();

/** For work that hears signals itself. */
const UNHEARD = { signal: NEVER, finish: () => undefined, waitForEnd: () => NEVER };

/** Commands about evidence: not all use the time of documents, but if it is set wrongly, each says so. */
const DATED = /^(?:evidence (?!show)|gate|report|validate|verify-evidence)/;

/**
 * Runs one command of the table, and sets the exit code.
 *
 * @param call.words those after the command's name
 * @param after those after `--`, if they are another program's
 * @param root the directory of package.json
 */
export async function runCommand(
  { name, command, words }: Extract<Request, { kind: 'call' }>,
  after: readonly string[] | undefined,
  root: string,
): Promise<void> {
  const reading = readWords(words, command);
  if ('mistake' in reading) {
    throw (await import('./call/usage-error.ts')).usageError(name, command, reading.mistake);
  }
  const { flags, args, absent = [] } = command;
  const options = new Options(reading.given, [...Object.keys({ ...flags, ...args }), ...absent]);
  startTalk(command, options);
  await requireOwnOutputs(command, reading.given, options);
  if (DATED.test(name)) documentTime(process.env);
  if (reading.given.has('offline')) (await import('../io/http/offline.ts')).blockNetwork();
  if (mayStartSecond() && (await isLarge(command.documents?.(options) ?? []))) {
    const { startSecond } = await import('../io/process/start-second.ts');
    // At once: this process has compiled nothing that is worth keeping.
    process.exit(await startSecond());
  }
  const frame: Frame = {
    ...{ options, root, after, errorJson },
    ...splitTalk(words),
    flagWords: splitTalk(reading.flagWords).words,
    commands: allCommands,
    environment: process.env,
    terminal: process.stdout,
    progress: withProgress,
  };
  process.exitCode = await timed(`affidavit ${name}`, runWork(command, frame));
}

type Frame = Omit<Call, keyof Interruption | 'beforeWriting'>;

async function runWork(command: Command, frame: Frame): Promise<number> {
  const work = await command.load();
  const start = async (interruption: Interruption): Promise<number> =>
    await work({
      ...frame,
      ...interruption,
      beforeWriting: async () => {
        await lookForSignals();
        interruption.signal.throwIfAborted();
        forbidKilling();
      },
    });
  return command.handlesSignals === true ? await start(UNHEARD) : await interruptible(start);
}

/** A report is for whoever looks at it: its verdict is the exit code. What other commands print was asked for. */
function startTalk({ flags }: Command, options: Options): void {
  const talk = talkOf(options);
  setTalk(talk, (text) => escapeInvisible(redact(text)), fitted);
  if (talk === 'quiet' && Object.hasOwn(flags, 'format')) silence(process.stdout);
}

/**
 * No command may forget it: a report must not replace what is read, also not what another call will read, and no two
 * go to one place.
 */
async function requireOwnOutputs(
  { flags, ...command }: Command,
  given: ReadonlyMap<string, OptionValue>,
  options: Options,
): Promise<void> {
  if (!Object.hasOwn(flags, 'output')) return;
  const { outputOf, outputsOf } = await import('./call/report-flags.ts');
  const output = outputOf(options);
  const one = output === undefined ? [] : [['--output', output] as const];
  const outputs = flags['format']?.type === 'forms' ? outputsOf(options) : one;
  if (outputs.length === 0) return;
  const { requireApart, requireHarmless } = await import('../io/disk/harmless-output.ts');
  const { servicePaths } = await import('../io/sigstore/service-paths.ts');
  const inputs = {
    open: inputsOf({ flags, ...command }, given),
    variables: servicePaths(process.env),
  };
  requireApart(outputs);
  for (const [flag, path] of outputs) requireHarmless(flag, path, inputs);
}

function fitted(text: string): string {
  return wrapLines(text, process.stderr);
}
