// A runner of GitHub Actions for our workflows: each `run` is run by a real bash with the files and variables of a
// runner, the action from a checkout as GitHub makes one, and `actions/checkout` by git. What it has of expressions is
// what they use; anything else is an error.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { scratch } from '../io/scratch.ts';
import { ROOT } from '../run-cli.ts';
import {
  ACTION,
  OUR_ACTION,
  type Job,
  type Step,
  type Texts,
  type Workflow,
} from './workflow-file.ts';

export interface Event {
  readonly [name: string]: string | boolean | number | Event;
}

export interface Place {
  readonly event: Event;
  /** `https://github.com` and `https://api.github.com` of this test. */
  readonly server: string;
  readonly api: string;
  readonly repository: string;
  /** Branch and commit of the run: what is checked out. */
  readonly ref: string;
  readonly sha: string;
  readonly token: string;
  /** Words that a test adds to those of the program. */
  readonly more?: string;
}

export interface StepEnd {
  readonly name: string;
  readonly outcome: 'success' | 'failure' | 'skipped';
  readonly code: number;
}

type Context = Readonly<Record<string, unknown>>;

interface Scope {
  readonly context: Context;
  readonly env: Texts;
}

export class Runner {
  readonly #place: Place;
  readonly folder = scratch({
    'home/.keep': '',
    'temp/.keep': '',
    'work/.keep': '',
    'tools/.keep': '',
  });
  readonly ends: StepEnd[] = [];
  /** What a reader of the log sees, and what the runner took for commands. */
  log = '';
  readonly commands: string[] = [];
  summary = '';
  #path: string[] = [];
  #count = 0;
  #steps: Record<string, { readonly outputs: Record<string, string> }> = {};

  constructor(place: Place) {
    this.#place = place;
    this.#makeCheckoutOfAction();
    // The event as a file, as jobs find it; ours read none of it there.
    writeFileSync(join(this.folder, 'event.json'), JSON.stringify(place.event));
  }

  /** Of a step. */
  outputs(id: string): Readonly<Record<string, string>> {
    return this.#steps[id]?.outputs ?? {};
  }

  get workspace(): string {
    return join(this.folder, 'work');
  }

  /** A program that steps find on PATH. */
  addTool(name: string, script: string): void {
    const path = join(this.folder, 'tools', name);
    writeFileSync(path, script);
    chmodSync(path, 0o755);
  }

  /** Whether all steps that ran have ended well. */
  async run(workflow: Workflow): Promise<boolean> {
    for (const job of Object.values(workflow.jobs)) await this.#runJob(job);
    return this.#isGood();
  }

  async #runJob(job: Job): Promise<void> {
    const { event, repository, ref, token } = this.#place;
    const github = { event, repository, ref, token };
    const context = { github, runner: { temp: join(this.folder, 'temp') } };
    if (!isTrue(job.if ?? '', context, true)) return;
    const env = filled(job.env ?? {}, context);
    for (const step of job.steps) {
      const scope = { context: { ...context, env, steps: this.#steps }, env };
      await this.#runStep(step, scope);
    }
  }

  async #runStep(step: Step, { context, env }: Scope): Promise<void> {
    const name = step.name ?? step.id ?? '';
    if (!isTrue(step.if ?? '', context, this.#isGood())) {
      this.ends.push({ name, outcome: 'skipped', code: 0 });
      return;
    }
    const own = { ...env, ...filled(step.env ?? {}, context) };
    const code =
      step.run === undefined
        ? await this.#use(step, { context, env: own })
        : await this.#runScript(step, { context, env: own });
    this.ends.push({ name, outcome: code === 0 ? 'success' : 'failure', code });
  }

  #isGood(): boolean {
    return this.ends.every(({ outcome }) => outcome !== 'failure');
  }

  async #use(step: Step, { context, env }: Scope): Promise<number> {
    const given = filled(step.with ?? {}, context);
    if (step.uses?.startsWith('actions/checkout@') === true) return await this.#checkOut();
    if (step.uses !== OUR_ACTION) throw new Error(`nobody runs ${step.uses} here`);
    const known = Object.entries(ACTION.inputs).map(([name, { default: value = '' }]) => [
      name,
      given[name] ?? value,
    ]);
    const inputs = Object.fromEntries(known) as Texts;
    let code = 0;
    const before = this.#steps;
    this.#steps = {};
    for (const inner of ACTION.runs.steps) {
      const own = { ...env, ...filled(inner.env ?? {}, { ...context, inputs }) };
      const path = { GITHUB_ACTION_PATH: join(this.folder, 'action/action') };
      code ||= await this.#runScript(inner, { context, env: { ...own, ...path } });
    }
    const outputs = Object.entries(ACTION.outputs).map(([name, { value }]) => [
      name,
      fill(value, { steps: this.#steps }),
    ]);
    this.#steps = before;
    if (step.id !== undefined) {
      this.#steps[step.id] = { outputs: Object.fromEntries(outputs) as Record<string, string> };
    }
    return code;
  }

  /** As it does with `persist-credentials: false`. */
  async #checkOut(): Promise<number> {
    const run = `git init --quiet .
git remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
git fetch --quiet --depth=1 origin "$GITHUB_SHA"
git checkout --quiet -B "\${GITHUB_REF#refs/heads/}" "$GITHUB_SHA"`;
    return await this.#runScript({ run }, { context: {}, env: {} });
  }

  async #runScript({ run = '', shell, id }: Step, { env }: Scope): Promise<number> {
    this.#count += 1;
    const file = (name: string): string => join(this.folder, 'temp', `${this.#count}-${name}`);
    const files = ['output', 'path', 'step_summary', 'env'];
    for (const name of files) writeFileSync(file(name), '');
    writeFileSync(file('script.sh'), run);
    const words = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
    const code = await this.#spawn([...words, file('script.sh')], {
      ...this.#environment(),
      ...Object.fromEntries(files.map((name) => [`GITHUB_${name.toUpperCase()}`, file(name)])),
      ...env,
    });
    const lines = (name: string): readonly string[] =>
      readFileSync(file(name), 'utf8')
        .split('\n')
        .filter((line) => line !== '');
    if (lines('env').length > 0) throw new Error('a step sets the environment of others');
    this.#path = [...lines('path').toReversed(), ...this.#path];
    this.summary += readFileSync(file('step_summary'), 'utf8');
    if (id !== undefined) {
      const pairs = lines('output').map((line) => /^([\w-]+)=(.*)$/.exec(line)?.slice(1) ?? []);
      this.#steps[id] = { outputs: Object.fromEntries(pairs) as Record<string, string> };
    }
    return code;
  }

  #environment(): Record<string, string> {
    const { server, api, repository, ref, sha } = this.#place;
    return {
      ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'contributor', RUNNER_OS: 'Linux' },
      ...{ GITHUB_SERVER_URL: server, GITHUB_API_URL: api, GITHUB_REPOSITORY: repository },
      ...{ GITHUB_REF: ref, GITHUB_SHA: sha, GITHUB_WORKSPACE: this.workspace },
      GITHUB_EVENT_PATH: join(this.folder, 'event.json'),
      RUNNER_TEMP: join(this.folder, 'temp'),
      HOME: join(this.folder, 'home'),
      // Nothing of this machine's settings.
      ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', NO_GCE_CHECK: 'true' },
      PATH: [
        ...this.#path,
        join(this.folder, 'tools'),
        dirname(process.execPath),
        process.env['PATH'] ?? '',
      ].join(delimiter),
    };
  }

  async #spawn(words: readonly string[], env: Record<string, string>): Promise<number> {
    const child = spawn('bash', words, { cwd: this.workspace, env });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.end();
    const code = await new Promise<number>((done) => {
      child.once('close', (status) => done(status ?? 130));
    });
    this.log += said;
    this.commands.push(...commandsIn(said));
    return code;
  }

  /** Its `./dev` is the real one; what that installs and builds is here already. */
  #makeCheckoutOfAction(): void {
    const root = join(this.folder, 'action');
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    for (const name of ['dev', 'package-lock.json']) cpSync(join(ROOT, name), join(root, name));
    cpSync(join(ROOT, 'package-lock.json'), join(root, 'node_modules/.installed'));
    cpSync(join(ROOT, 'action'), join(root, 'action'), { recursive: true });
    for (const name of ['tools', 'bin', 'dist']) {
      symlinkSync(join(ROOT, name), join(root, name));
    }
    const { more } = this.#place;
    if (more === undefined) return;
    const dev = readFileSync(join(root, 'dev'), 'utf8');
    const added = dev.replace(
      'exec node "$root/$program" "$@"',
      `exec node "$root/$program" "$@" ${more}`,
    );
    if (added === dev) throw new Error('./dev starts the program in another way');
    writeFileSync(join(root, 'dev'), added);
  }
}

/** What GitHub's runner takes for a command, wherever it stands in a log, but not between `stop-commands` and its end. */
function commandsIn(log: string): readonly string[] {
  const found: string[] = [];
  let end: string | undefined;
  for (const line of log.split('\n').map((each) => each.trimStart())) {
    if (end !== undefined) {
      if (line === `::${end}::`) end = undefined;
      continue;
    }
    end = /^::stop-commands::(.+)$/.exec(line)?.[1];
    if (end === undefined && /^::[a-z-]+[ :]|##\[/.test(line)) found.push(line);
  }
  if (end !== undefined) throw new Error('commands are stopped for ever');
  return found;
}

function filled(texts: Step['with'] & object, context: Context): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, fill(String(text), context)]),
  );
}

function fill(text: string, context: Context): string {
  return text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, path: string) => textAt(path, context));
}

function textAt(path: string, context: Context): string {
  let value: unknown = context;
  for (const name of path.split('.')) value = (value as Context | undefined)?.[name];
  // What no step has said.
  if (value === undefined && /^steps\.[\w-]+\.outputs\./.test(path)) return '';
  if (!['string', 'boolean', 'number'].includes(typeof value)) throw new Error(`no ${path}`);
  return String(value);
}

function isTrue(condition: string, context: Context, isGood: boolean): boolean {
  if (condition === '') return isGood;
  if (condition === '${{ !cancelled() }}') return true;
  const [, path = '', , wanted = 'true'] = /^([\w.]+)( == '([^']*)')?$/.exec(condition) ?? [];
  if (path === '') throw new Error(`nobody knows whether ${condition}`);
  return isGood && textAt(path, context) === wanted;
}
