// Starting Node costs more than most calls of the program, so a test runs the built program in its own
// process wherever the process is not what is tested. test/run-here.test.ts holds both to be the same.
import { Socket as DatagramSocket } from 'node:dgram';
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';

import { PROGRAM, ROOT, runCli, type Run, type RunOptions } from './run-cli.ts';

type Main = (argv: readonly string[], root: string) => Promise<void>;

type HereOptions = Pick<RunOptions, 'cwd' | 'env'>;

/** The module that `bin/affidavit.js` starts; not through Vite, so that what is packed is what runs. */
const { main } = createRequire(import.meta.url)('../dist/bundle/affidavit.cjs') as { main: Main };

/** Runs the program in this process, unless the call is about what only a process has. */
export async function runProgram(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return await (needsProcess(args, options) ? runCli : runHere)(args, options);
}

/** Standard input belongs to the runner of the tests, and `sandbox` waits for signals. */
const WORDS_FOR_A_PROCESS = /^(?:-|sandbox|\/dev\/std.*)$/;

/** Node reads these when it starts. */
const VARIABLES_FOR_A_PROCESS = /^(?:NODE_.*|TZ|LANG|LC_.*)$/;

function needsProcess(args: readonly string[], options: RunOptions): boolean {
  const { ownProcess = false, prefix, stdin, env = {} } = options;
  return (
    ownProcess ||
    prefix !== undefined ||
    stdin !== undefined ||
    args.some((word) => WORDS_FOR_A_PROCESS.test(word)) ||
    Object.keys(env).some((name) => VARIABLES_FOR_A_PROCESS.test(name))
  );
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other: working directory, environment and streams are the process's own. */
async function runHere(args: readonly string[], options: HereOptions): Promise<Run> {
  const run = last.then(async () => await runAlone(args, options));
  last = run.catch(() => undefined);
  return await run;
}

async function runAlone(args: readonly string[], { cwd, env }: HereOptions): Promise<Run> {
  const restore = [
    useArguments(args),
    useEnvironment({
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      // A test on a machine of Google signs with what it names, not with that machine's account.
      NO_GCE_CHECK: 'true',
      // No second process for large documents: its output would not come here.
      AFFIDAVIT_SECOND_PROCESS: '',
      ...env,
    }),
    useDirectory(cwd ?? ROOT),
    useListeners(),
    useNetwork(),
    useConsole(),
  ];
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await main(args, ROOT);
    return { code: exitCode(), signal: null, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.exitCode = before;
    stdout.end();
    stderr.end();
    for (const undo of restore.toReversed()) undo();
  }
}

/** In a function of its own, because what `main` sets is not seen by the compiler. */
function exitCode(): number {
  return Number(process.exitCode ?? 0);
}

type Undo = () => void;

function useArguments(args: readonly string[]): Undo {
  const before = process.argv;
  process.argv = [process.execPath, PROGRAM, ...args];
  return () => {
    process.argv = before;
  };
}

function useEnvironment(env: Readonly<Record<string, string>>): Undo {
  const before = { ...process.env };
  setEnvironment(env);
  return () => setEnvironment(before);
}

/** The one object that Node passes on to the system, so it stays and its content changes. */
function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) {
    if (env[name] === undefined) Reflect.deleteProperty(process.env, name);
  }
  for (const [name, value] of Object.entries(env)) {
    if (process.env[name] !== value) process.env[name] = value;
  }
}

function useDirectory(path: string): Undo {
  const before = process.cwd();
  process.chdir(path);
  return () => process.chdir(before);
}

/** What the program listens to until its process ends, it stops to listen to here. */
function useListeners(): Undo {
  const emitters: readonly EventEmitter[] = [process, process.stdout, process.stderr];
  const known = new Set(emitters.flatMap((emitter) => listenersOf(emitter)));
  return () => {
    for (const emitter of emitters) {
      for (const name of emitter.eventNames()) {
        const added = emitter.rawListeners(name).filter((listener) => !known.has(listener));
        for (const listener of added) emitter.off(name, listener as () => void);
      }
    }
  };
}

/** `--offline` blocks it, for as long as the process lives. */
function useNetwork(): Undo {
  const before = [Socket.prototype, DatagramSocket.prototype].map(
    (prototype) =>
      [
        prototype,
        { ...(Object.getOwnPropertyDescriptors(prototype) as PropertyDescriptorMap) },
      ] as const,
  );
  return () => {
    for (const [prototype, methods] of before) Object.defineProperties(prototype, methods);
  };
}

/** oclif prints the help there, and the runner of the tests has one of its own. */
function useConsole(): Undo {
  const before = { ...console };
  const to =
    (stream: NodeJS.WriteStream) =>
    (text = '') =>
      stream.write(`${text}\n`);
  Object.assign(console, { log: to(process.stdout), error: to(process.stderr) });
  return () => Object.assign(console, before);
}

function listenersOf(emitter: EventEmitter): readonly unknown[] {
  return emitter.eventNames().flatMap((name) => emitter.rawListeners(name));
}

interface Captured {
  readonly text: () => string;
  readonly end: Undo;
}

/** Takes what is written to a stream, as a pipe with a reader would. */
function capture(stream: NodeJS.WriteStream): Captured {
  if (stream.isTTY) throw new Error('the tests need streams that are no terminal');
  const chunks: Buffer[] = [];
  const original = Object.getOwnPropertyDescriptor(stream, 'write');
  stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    const encoding = rest.find((value) => typeof value === 'string');
    chunks.push(bytesOf(chunk, encoding as BufferEncoding | undefined));
    const done = rest.find((value) => typeof value === 'function');
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  return {
    text: () => Buffer.concat(chunks).toString(),
    end: () => {
      Reflect.deleteProperty(stream, 'write');
      if (original !== undefined) Object.defineProperty(stream, 'write', original);
    },
  };
}

function bytesOf(chunk: string | Uint8Array, encoding: BufferEncoding = 'utf8'): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
}
