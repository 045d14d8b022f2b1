import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { attempt, withCode } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import {
  loginsIn,
  parseHelperAnswer,
  type Login,
  type LoginHelper,
} from '../../pointer/registry-login.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { openFile, readUnchanged, withFile } from '../disk/open-file.ts';
import { findProgram, runPlugin, type PluginOutcome } from '../process/run-plugin.ts';
import type { Scope } from './authorizer.ts';

/** A login, and the file or program that gave it. */
export interface FoundLogin {
  readonly login: Login;
  readonly source: string;
}

export interface LoginOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** How long a helper has, in milliseconds. */
  readonly helperMs?: number;
}

const HELPER_MS = 10_000;
const MAX_HELPER_BYTES = 64 * 1024;

/**
 * The first login for a repository, of all places in order; undefined if there is none. A place that fails ends it:
 * another login might be that of somebody else.
 *
 * @throws EvidenceError CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function findLogin(
  host: string,
  { repository }: Pick<Scope, 'repository'>,
  options: LoginOptions,
): Promise<FoundLogin | undefined> {
  for (const file of filesOf(options.environment)) {
    const source = escapeInvisible(file);
    for (const entry of loginsIn(await readWhole(file), source, { host, repository })) {
      if (!('program' in entry)) return { login: entry, source };
      const login = await askHelper(entry, source, options);
      if (login !== undefined) return { login, source: entry.program };
    }
  }
  return undefined;
}

/** Docker's file, then podman's; those that are there. */
function filesOf(environment: NodeJS.ProcessEnv): readonly string[] {
  const within = (variable: string, ...path: readonly string[]): readonly string[] => {
    const folder = environment[variable] ?? '';
    return folder === '' ? [] : [join(folder, ...path)];
  };
  const docker = [
    ...within('DOCKER_CONFIG', 'config.json'),
    ...within('HOME', '.docker/config.json'),
  ];
  // One that is named by itself is read in any case.
  const own = within('REGISTRY_AUTH_FILE');
  const config = [...within('XDG_CONFIG_HOME', PODMAN), ...within('HOME', '.config', PODMAN)];
  const podman = [...within('XDG_RUNTIME_DIR', PODMAN), ...config.slice(0, 1)];
  const usual = [...docker.slice(0, 1), ...(own.length > 0 ? [] : podman)];
  return [...usual.filter((file) => existsSync(file)), ...own];
}

const PODMAN = 'containers/auth.json';

async function readWhole(path: string): Promise<Uint8Array> {
  const reading = withFile(openFile(path), async (file) => {
    if (file.stats.size > MAX_CONFIG_BYTES) {
      const hint = 'check that this is the file that docker login or podman login wrote';
      const place = { code: 'CREDENTIALS_INVALID', at: escapeInvisible(path), hint } as const;
      refuse(place, `${file.stats.size} bytes`, `at most ${MAX_CONFIG_BYTES} bytes`);
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of readUnchanged(file, path)) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
  const { value, error } = await attempt(async () => await reading);
  if (error !== undefined) throw withCode(error, 'CREDENTIALS_INVALID');
  return value;
}

/** By Docker's protocol: the registry in standard input, JSON in standard output. Undefined: it has no login. */
async function askHelper(
  { program, server }: LoginHelper,
  file: string,
  { environment, helperMs = HELPER_MS }: LoginOptions,
): Promise<Login | undefined> {
  const hint = `see what ${program} itself prints: echo ${server} | ${program} get; or take it out of ${file}`;
  const place = { code: 'CREDENTIAL_HELPER_FAILED', at: program, hint } as const;
  const path = findProgram(program, environment['PATH']);
  if (path === undefined) {
    const words = `install it, or take it out of ${file}, which names it`;
    return refuse({ ...place, hint: words }, 'no such program on the PATH', 'the helper');
  }
  const limits = { timeoutMs: helperMs, maxBytes: MAX_HELPER_BYTES };
  const outcome = await runPlugin(path, ['get'], { input: Buffer.from(server), ...limits });
  if ('failure' in outcome) return refuse(place, ...FAILURES[outcome.failure](helperMs));
  if (outcome.ok) return parseHelperAnswer(outcome.output, place);
  const said = outcome.output.toString('utf8').trim();
  if (NOT_FOUND.test(said)) return undefined;
  // An answer in JSON has a secret, whatever the program says of it.
  const shown = said === '' || said.includes('{') ? '' : `: ${quote(said)}`;
  return refuse(place, `a failure${shown}`, 'a user and a secret');
}

/** In the words of Docker's own library, which nearly all helpers use. */
const NOT_FOUND = /^credentials not found\b/i;

type Failure = Extract<PluginOutcome, { failure: string }>['failure'];

const FAILURES: Readonly<Record<Failure, (ms: number) => readonly [string, string]>> = {
  'not-started': () => ['a program that cannot be started', 'a helper that runs here'],
  'too-slow': (ms) => ['no end of it', `its end within ${ms / 1000} s`],
  'too-long': () => ['a longer answer', `at most ${MAX_HELPER_BYTES} bytes`],
};
