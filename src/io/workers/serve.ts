/** What a thread knows that it is one by; and it starts no second process. */
export const JUDGE_VARIABLES = { AFFIDAVIT_JUDGE: '1', AFFIDAVIT_SECOND_PROCESS: '' };

export function mayBeJudge(environment: NodeJS.ProcessEnv): boolean {
  return environment['AFFIDAVIT_JUDGE'] === JUDGE_VARIABLES.AFFIDAVIT_JUDGE;
}

/** In a thread: answers what the program asks, until it ends. Undefined in a process. */
export async function serve(
  answer: () => Promise<(path: string) => Promise<unknown>>,
): Promise<boolean> {
  const { parentPort } = await import('node:worker_threads');
  if (parentPort === null) return false;
  // What is asked meanwhile waits: a port without a listener keeps it.
  const judge = await answer();
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<string>();
    parentPort.once('message', resolve);
    parentPort.postMessage(await judge(await promise), []);
  }
}
