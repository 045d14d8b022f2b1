// The start of the joined program. It is compiled here, so that V8's compiled code can be kept.
// docs/decisions/0006

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script, constants } from 'node:vm';

import { readCompiled, writeCompiled } from './compiled-code.ts';

/** After this time, in milliseconds, V8 may have forgotten what it compiled first. */
const SHORT_RUN_MS = 3000;
/**
 * The exit code until there is a verdict. If a program waits for something that never comes, Node's own
 * code is 0, which is a verdict here. It is `internal` of `exit-codes.ts`, which would load too much
 * here.
 */
const UNFINISHED = 70;
const MAIN = 'affidavit.cjs';
/** As in any CommonJS module; the file is where `import.meta` is asked for. */
const HEAD = '(function (exports, require, __filename) {';

export interface Installation {
  /** The directory of the joined files. */
  readonly bundle: string;
  /** The directory of package.json. */
  readonly root: string;
  /** Loads what was not joined. */
  readonly require: (name: string) => unknown;
}

export async function start(place: Installation, argv: readonly string[]): Promise<void> {
  process.exitCode = UNFINISHED;
  const files = new Map<string, JoinedFile>();
  const load = (name: string): unknown => {
    const file = files.get(name) ?? new JoinedFile(join(place.bundle, name), partOf(argv));
    files.set(name, file);
    return file.evaluate((wanted) =>
      wanted.startsWith('./') ? load(wanted) : place.require(wanted),
    );
  };
  const program = load(MAIN);
  const main: unknown = Reflect.get(Object(program), 'main');
  if (typeof main !== 'function') throw new TypeError(`${MAIN} has no main`);
  await Reflect.apply(main, undefined, [argv, place.root]);
  if (mayKeep() && endedWell()) for (const file of files.values()) file.keep();
}

/** The part of the program that runs: each has its own compiled code. */
function partOf(argv: readonly string[]): string {
  const [name] = argv;
  if (name === undefined || argv.includes('--help') || argv.includes('-h')) return 'help';
  return /^[a-z][a-z-]{0,40}$/.test(name) ? name : 'other';
}

/** Such a run has compiled all that the next ones need; another one has not. */
function endedWell(): boolean {
  // Flags of Node may change what V8 compiles. Runs with and without them would replace each other's
  // code.
  const isPlain = process.execArgv.length === 0 && !isSet(process.env['NODE_OPTIONS']);
  return isPlain && process.exitCode === 0 && performance.now() < SHORT_RUN_MS;
}

/** Node's own variable for the same thing. */
function mayKeep(): boolean {
  return !isSet(process.env['NODE_DISABLE_COMPILE_CACHE']);
}

function isSet(variable: string | undefined): boolean {
  return (variable ?? '') !== '';
}

class JoinedFile {
  readonly #script: Script;
  readonly #place: Parameters<typeof readCompiled>[0];
  readonly #isCompiled: boolean;
  #exports: object | undefined;

  constructor(path: string, part: string) {
    const source = readFileSync(path);
    this.#place = { program: path, digest: hash('sha256', source), part };
    const cachedData = mayKeep() ? readCompiled(this.#place) : undefined;
    // The bundler writes only ASCII, which needs no decoding. Joined as bytes: V8 would copy joined strings.
    const whole = Buffer.concat([Buffer.from(HEAD), source, Buffer.from('\n})')]);
    this.#script = new Script(whole.toString('latin1'), {
      filename: path,
      columnOffset: -HEAD.length,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData && { cachedData }),
    });
    this.#isCompiled = this.#script.cachedDataRejected === false;
  }

  /** Once: two files may import each other, as modules of Node may. */
  evaluate(require: Installation['require']): object {
    if (this.#exports === undefined) {
      this.#exports = {};
      const body: unknown = this.#script.runInThisContext();
      if (typeof body !== 'function') throw new TypeError('a joined file is one function');
      Reflect.apply(body, undefined, [this.#exports, require, this.#place.program]);
    }
    return this.#exports;
  }

  /** For the next runs, if this one found nothing that fits. */
  keep(): void {
    if (!this.#isCompiled) writeCompiled(this.#place, this.#script.createCachedData());
  }
}
