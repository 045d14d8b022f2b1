/** What a thread knows that it is one by; and it starts no second process. */
export const JUDGE_VARIABLES = { AFFIDAVIT_JUDGE: '1', AFFIDAVIT_SECOND_PROCESS: '' };

/** What a thread is asked. */
export interface Asked<Task, Brief> {
  readonly id: number;
  readonly task: Task;
  /** With the first task alone. */
  readonly brief?: Brief;
}

export interface Answered<Answer> {
  readonly id: number;
  readonly answer: Answer;
}

export function mayBeJudge(environment: NodeJS.ProcessEnv): boolean {
  return environment['AFFIDAVIT_JUDGE'] === JUDGE_VARIABLES.AFFIDAVIT_JUDGE;
}

/**
 * In a thread: answers what the program asks, until it ends. False in a process.
 *
 * @typeParam Task and `Brief`: those of the pool, since whatever comes by message is of any type
 * @param answer is made of the brief that comes with the first task
 * @param given what of an answer is given away, not copied
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- they name what is received
export async function serve<Answer, Task = string, Brief = undefined>(
  answer: (brief: Brief | undefined) => Promise<(task: Task) => Promise<Answer>>,
  given: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): Promise<boolean> {
  const { parentPort: port } = await import('node:worker_threads');
  if (port === null) return false;
  const { promise, reject } = Promise.withResolvers<never>();
  let judge: ReturnType<typeof answer> | undefined;
  const reply = async ({ id, task, brief }: Asked<Task, Brief>): Promise<void> => {
    judge ??= answer(brief);
    const answered: Answered<Answer> = { id, answer: await (await judge)(task) };
    port.postMessage(answered, given(answered.answer));
  };
  port.on('message', (asked: Asked<Task, Brief>) => {
    reply(asked).catch(reject);
  });
  return await promise;
}
