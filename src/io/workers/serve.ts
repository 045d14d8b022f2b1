/** What a thread knows that it is one by; and it starts no second process. */
export const JUDGE_VARIABLES = { AFFIDAVIT_JUDGE: '1', AFFIDAVIT_SECOND_PROCESS: '' };

/** What a thread is asked. */
export interface Asked {
  readonly id: number;
  readonly path: string;
}

export interface Answered<Answer> {
  readonly id: number;
  readonly answer: Answer;
}

export function mayBeJudge(environment: NodeJS.ProcessEnv): boolean {
  return environment['AFFIDAVIT_JUDGE'] === JUDGE_VARIABLES.AFFIDAVIT_JUDGE;
}

/** In a thread: answers what the program asks, until it ends. Undefined in a process. */
export async function serve(
  answer: () => Promise<(path: string) => Promise<unknown>>,
): Promise<boolean> {
  const { parentPort: port } = await import('node:worker_threads');
  if (port === null) return false;
  // What is asked meanwhile waits: a port without a listener keeps it.
  const judge = await answer();
  const { promise, reject } = Promise.withResolvers<never>();
  const reply = async ({ id, path }: Asked): Promise<void> => {
    const answered: Answered<unknown> = { id, answer: await judge(path) };
    port.postMessage(answered, []);
  };
  port.on('message', (asked: Asked) => {
    reply(asked).catch(reject);
  });
  return await promise;
}
