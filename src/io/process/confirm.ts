import { createInterface } from 'node:readline/promises';

/** Where a question can be asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Asks a question; only `y` and `yes` are a yes. Undefined: nobody is there to answer. */
export async function confirm(
  question: string,
  { input, output }: Terminal,
  signal: AbortSignal | undefined,
): Promise<boolean | undefined> {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  // In its own mode the terminal goes on to make a signal of Ctrl-C.
  const reader = createInterface({ input, output, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => {
      reader.once('close', () => resolve(''));
    });
    const asked = reader.question(`${question} [y/N] `, signal === undefined ? {} : { signal });
    return /^y(?:es)?$/i.test((await Promise.race([asked, ended])).trim());
  } finally {
    reader.close();
  }
}
