// A registry of others for the benchmark, in a process of its own, and something large to send to it.
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { answers, freePorts, startService } from './interop/processes.ts';
import { goProgram } from './interop/programs.ts';

const PROGRAMS = ['registry', 'regctl', 'crane'] as const;
const MEBIBYTE = 1024 * 1024;

export interface BenchRegistry {
  readonly host: string;
  /** Command lines for it. */
  readonly regctl: string;
  readonly crane: string;
  /** How many requests it has answered. */
  readonly requests: () => number;
  readonly stop: () => Promise<void>;
}

/** Those that are not installed, by name. */
export function missingPrograms(): readonly string[] {
  return PROGRAMS.filter((name) => !existsSync(goProgram(name)));
}

/** `distribution`, which keeps its files in this directory. */
export async function startRegistry(directory: string): Promise<BenchRegistry> {
  mkdirSync(directory);
  const [port = 0] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  const config = join(directory, 'config.yml');
  const log = join(directory, 'log');
  writeFileSync(
    config,
    `version: 0.1
log: { level: error, accesslog: { disabled: false } }
storage: { filesystem: { rootdirectory: ${join(directory, 'files')} } }
http: { addr: '${host}' }
`,
  );
  const service = await startService({
    ...{ name: 'registry', program: goProgram('registry'), words: ['serve', config], log },
    isReady: async () => await answers(`http://${host}/v2/`),
  });
  return {
    host,
    regctl: `${goProgram('regctl')} --host reg=${host},tls=disabled`,
    crane: `${goProgram('crane')} --insecure`,
    requests: () => readFileSync(log, 'utf8').split(' HTTP/1.1" ').length - 1,
    stop: async () => await service.stop(),
  };
}

/** Logs of which gzip makes about this size: base64, which it shrinks by a quarter. */
export function logsOfSize(directory: string, mebibytes: number): string {
  mkdirSync(join(directory, 'performance'), { recursive: true });
  const file = openSync(join(directory, 'performance', 'trace.log'), 'w');
  const digests = Array.from({ length: MEBIBYTE / 32 }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  );
  // Over and over: gzip does not see so far back.
  const lines = Buffer.from(
    Buffer.concat(digests)
      .toString('base64')
      .replaceAll(/.{127}/g, '$&\n'),
  );
  for (let count = 0; count < mebibytes; count += 1) writeSync(file, lines);
  closeSync(file);
  return directory;
}
