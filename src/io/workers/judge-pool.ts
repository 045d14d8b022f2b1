import { Worker } from 'node:worker_threads';

import { JUDGE_VARIABLES } from './serve.ts';

interface Job<Answer> {
  readonly path: string;
  readonly resolve: (answer: Answer) => void;
}

/** Threads that run this program with the same words, and answer for one path each at a time. */
export class JudgePool<Answer> {
  readonly #program: string;
  readonly #words: readonly string[];
  readonly #most: number;
  readonly #died: (path: string, cause: unknown) => Answer;
  readonly #waiting: Job<Answer>[] = [];
  /** With what each works on. */
  readonly #workers = new Map<Worker, Job<Answer> | undefined>();

  /**
   * @param died what is said of a path whose thread ended without an answer
   */
  constructor(
    [program = '', ...words]: readonly string[],
    most: number,
    died: (path: string, cause: unknown) => Answer,
  ) {
    this.#program = program;
    this.#words = words;
    this.#most = most;
    this.#died = died;
  }

  async judge(path: string): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.push({ path, resolve });
    this.#next();
    return await promise;
  }

  async close(): Promise<void> {
    const workers = [...this.#workers.keys()];
    this.#workers.clear();
    await Promise.all(workers.map(async (worker) => await worker.terminate()));
  }

  /** A new thread is never without work: one that cannot start costs a path its answer, and does not start for ever. */
  #next(): void {
    while (this.#waiting.length > 0) {
      const [idle] = [...this.#workers].find(([, job]) => job === undefined) ?? [];
      if (idle === undefined && this.#workers.size >= this.#most) return;
      const worker = idle ?? this.#start();
      const job = this.#waiting.shift();
      this.#workers.set(worker, job);
      worker.postMessage(job?.path, []);
    }
  }

  #start(): Worker {
    const env = { ...process.env, ...JUDGE_VARIABLES };
    const worker = new Worker(this.#program, { argv: [...this.#words], env });
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('message', (answer: Answer) => {
      this.#workers.get(worker)?.resolve(answer);
      this.#workers.set(worker, undefined);
      this.#next();
    });
    worker.on('exit', () => {
      const job = this.#workers.get(worker);
      if (!this.#workers.delete(worker)) return;
      job?.resolve(this.#died(job.path, cause));
      this.#next();
    });
    return worker;
  }
}
