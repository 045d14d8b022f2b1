// Programs of others: run one and wait, or keep one running until the end.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

const PAUSE_MS = 100;

/** A program that runs, and is watched. */
export interface Running {
  /** Waits until it has said this on either stream; throws if it ends without. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Whatever ends us, also Ctrl-C, leaves no program behind. */
function endWithUs(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}

/**
 * Starts a program. Its environment is ours without tokens and settings of Sigstore, and with
 * `environment`.
 */
export function begin(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(program, words, {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithUs(child);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const output = (): string => Buffer.concat(chunks).toString('utf8');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      resolve({ status, output: output() });
    });
  });
  const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const isOver = child.exitCode !== null;
      const found = pattern.exec(output());
      if (found !== null) return found;
      if (isOver) throw new Error(`${program} did not say ${pattern}:\n${output()}`);
      await sleep(PAUSE_MS);
    }
  };
  return { said, ended };
}

/** Runs a program, as `begin` does, and gives what it said on both streams. */
export async function run(...command: Parameters<typeof begin>): Promise<Ended> {
  return await begin(...command).ended;
}

/** The same, for a program that must succeed. */
export async function mustRun(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, output } = await run(program, words, environment);
  if (status === 0) return output;
  throw new Error(`${[program, ...words].join(' ')}\nended with ${status}:\n${output}`);
}

const OF_SIGSTORE = /^(?:SIGSTORE|COSIGN|REKOR|TUF|ACTIONS|AFFIDAVIT)_/;

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_SIGSTORE.test(name));
  return Object.fromEntries(kept);
}

/** A server that runs until `stop`. */
export interface Service {
  readonly name: string;
  stop(): Promise<void>;
}

/** What to start: a program, its words, the file for what it says, and how to see that it serves. */
export interface ServiceSettings {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
  readonly log: string;
  /** True once it serves. */
  readonly isReady: () => Promise<boolean>;
}

const TRIES = 300;

/** Starts a server and waits until it serves; fails loudly, with what it said, if it never does. */
export async function startService(settings: ServiceSettings): Promise<Service> {
  const { name, program, words, log, isReady } = settings;
  const file = openSync(log, 'w');
  const child = spawn(program, words, { env: cleanEnvironment(), stdio: ['ignore', file, file] });
  closeSync(file);
  endWithUs(child);
  let failure = '';
  child.once('error', (error) => {
    failure = error.message;
  });
  const service = { name, stop: async () => await stop(child) };
  for (let count = 0; count < TRIES; count += 1) {
    if (failure !== '' || child.exitCode !== null) break;
    if (await isReady()) return service;
    await sleep(PAUSE_MS);
  }
  await service.stop();
  throw new Error(`${name} does not serve. ${failure}\n${readFileSync(log, 'utf8').slice(-4000)}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await closed;
  clearTimeout(late);
}

/** Whether this address answers at all. */
export async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}

/** The text at this address. */
export async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  return await response.text();
}

/** Ports of 127.0.0.1 that are free now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      async (server) =>
        await new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            if (address !== null && typeof address === 'object') resolve(address.port);
          });
        }),
    ),
  );
  for (const server of servers) server.close();
  return ports;
}
