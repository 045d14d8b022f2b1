import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

import { JUDGE_VARIABLES, type Answered, type Asked } from './serve.ts';

/** How many tasks a thread has: while it reads for one, it judges the other. */
const AT_ONCE = 2;

/** Left alone, each thread would fill 100 MiB with what is garbage soon; what a large bundle needs has no such limit. */
const LIMITS = { maxYoungGenerationSizeMb: 24 };

interface Job<Answer, Task> {
  readonly task: Task;
  readonly resolve: (answer: Answer) => void;
  /** A thread died that had this one and another: which of them it died of shows when each is alone. */
  readonly isAlone: boolean;
}

/** What a thread works on, by number. */
type Jobs<Answer, Task> = Map<number, Job<Answer, Task>>;

/** Threads that run this program with the same words, and answer for tasks, e.g. paths. */
export class JudgePool<Answer, Task = string> {
  readonly #program: string;
  readonly #words: readonly string[];
  /** None when it is closed. */
  #most: number;
  readonly #died: (task: Task, cause: unknown) => Answer;
  readonly #brief: unknown;
  readonly #waiting: Job<Answer, Task>[] = [];
  readonly #workers = new Map<Worker, Jobs<Answer, Task>>();
  #asked = 0;

  /**
   * @param died what is said of a task whose thread ended without an answer
   * @param brief what each thread is told when it starts
   */
  constructor(
    [program = '', ...words]: readonly string[],
    most: number,
    died: (task: Task, cause: unknown) => Answer,
    brief?: unknown,
  ) {
    // Of each thread it compiles some 700 functions at once near its 500th bundle: 50 MiB that are never given back.
    setFlagsFromString('--no-maglev');
    this.#program = program;
    this.#words = words;
    this.#most = most;
    this.#died = died;
    this.#brief = brief;
  }

  /** Starts threads before there is work for them, which read their rules meanwhile. @param count so many, or all if they are fewer */
  begin(count: number): void {
    while (this.#workers.size < Math.min(this.#most, count)) this.#start();
  }

  async judge(task: Task): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.push({ task, resolve, isAlone: false });
    this.#next();
    return await promise;
  }

  /** Whatever waits is never answered, and no thread starts for it: such a one would keep the process for ever. */
  async close(): Promise<void> {
    this.#most = 0;
    const workers = [...this.#workers.keys()];
    this.#workers.clear();
    await Promise.all(workers.map(async (worker) => await worker.terminate()));
  }

  /** A thread is started again for work alone: one that cannot start costs a task its answer, and does not start for ever. */
  #next(): void {
    for (;;) {
      const [job] = this.#waiting;
      const worker = job && this.#workerFor(job);
      if (job === undefined || worker === undefined) return;
      this.#waiting.shift();
      const id = this.#asked++;
      this.#workers.get(worker)?.set(id, job);
      const asked: Asked<Task> = { id, task: job.task };
      worker.postMessage(asked, []);
    }
  }

  /** One without work, else a new one, else one that has room. */
  #workerFor({ isAlone }: Job<Answer, Task>): Worker | undefined {
    const all = [...this.#workers];
    const [idle] = all.find(([, jobs]) => jobs.size === 0) ?? [];
    if (idle !== undefined) return idle;
    if (this.#workers.size < this.#most) return this.#start();
    const hasRoom = (jobs: Jobs<Answer, Task>): boolean =>
      jobs.size < AT_ONCE && ![...jobs.values()].some((job) => job.isAlone);
    return isAlone ? undefined : all.find(([, jobs]) => hasRoom(jobs))?.[0];
  }

  #start(): Worker {
    const env = { ...process.env, ...JUDGE_VARIABLES };
    const given = { argv: [...this.#words], env, workerData: this.#brief };
    const worker = new Worker(this.#program, { ...given, resourceLimits: LIMITS });
    const jobs: Jobs<Answer, Task> = new Map();
    this.#workers.set(worker, jobs);
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('message', ({ id, answer }: Answered<Answer>) => {
      jobs.get(id)?.resolve(answer);
      jobs.delete(id);
      this.#next();
    });
    worker.on('exit', () => {
      if (!this.#workers.delete(worker)) return;
      this.#end([...jobs.values()], cause);
      this.#next();
    });
    return worker;
  }

  #end(jobs: readonly Job<Answer, Task>[], cause: unknown): void {
    const [job, ...others] = jobs;
    if (job !== undefined && others.length === 0) job.resolve(this.#died(job.task, cause));
    if (others.length === 0) return;
    this.#waiting.unshift(...jobs.map((each) => ({ ...each, isAlone: true })));
  }
}
