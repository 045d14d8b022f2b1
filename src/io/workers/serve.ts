import type { MessagePort } from 'node:worker_threads';

/** What a thread knows that it is one by; and it starts no second process. */
export const JUDGE_VARIABLES = { AFFIDAVIT_JUDGE: '1', AFFIDAVIT_SECOND_PROCESS: '' };

/** What a thread is asked. */
export interface Asked<Task> {
  readonly id: number;
  readonly task: Task;
}

export interface Answered<Answer> {
  readonly id: number;
  readonly answer: Answer;
}

export function mayBeJudge(environment: NodeJS.ProcessEnv): boolean {
  return environment['AFFIDAVIT_JUDGE'] === JUDGE_VARIABLES.AFFIDAVIT_JUDGE;
}

/** What Node says of a thread. */
interface Thread<Brief> {
  readonly parentPort: MessagePort | null;
  readonly workerData: Brief | null | undefined;
}

/**
 * In a thread: answers what the program asks, until it ends. False in a process.
 *
 * @typeParam Task and `Brief`: those of the pool, since whatever comes by message is of any type
 * @param answer is made of the brief, at once
 * @param given what of an answer is given away, not copied
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- they name what is received
export async function serve<Answer, Task = string, Brief = undefined>(
  answer: (brief: Brief | undefined) => Promise<(task: Task) => Promise<Answer>>,
  given: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): Promise<boolean> {
  const thread: Thread<Brief> = await import('node:worker_threads');
  const { parentPort: port, workerData } = thread;
  if (port === null) return false;
  const { promise, reject } = Promise.withResolvers<never>();
  const judge = answer(workerData ?? undefined);
  judge.catch(reject);
  const reply = async ({ id, task }: Asked<Task>): Promise<void> => {
    const answered: Answered<Answer> = { id, answer: await (await judge)(task) };
    port.postMessage(answered, given(answered.answer));
  };
  port.on('message', (asked: Asked<Task>) => {
    reply(asked).catch(reject);
  });
  return await promise;
}
