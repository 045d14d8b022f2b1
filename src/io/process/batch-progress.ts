import { isQuiet } from '../disk/talk.ts';

/** How often a terminal and a log are told, in milliseconds. */
const EVERY = { terminal: 200, log: 10_000 };

export interface Done {
  readonly done: number;
  /** Undefined until the list was read to its end. */
  readonly total: number | undefined;
  readonly worst: string;
}

/**
 * Says how far many verifications are, on one line of a terminal, else every ten seconds.
 *
 * @param isTerminal whether what was written can be written over
 */
export function showProgress(
  look: () => Done,
  stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>,
  isTerminal: boolean,
): () => void {
  if (isQuiet()) return () => undefined;
  const start = performance.now();
  const timer = setInterval(
    () => {
      const line = progressLine(look(), performance.now() - start, stream.columns);
      stream.write(isTerminal ? `\r\u001B[K${line}` : `${line}\n`);
    },
    isTerminal ? EVERY.terminal : EVERY.log,
  );
  timer.unref();
  return () => {
    clearInterval(timer);
    if (isTerminal) stream.write('\r\u001B[K');
  };
}

/** @param columns of a terminal, which breaks what is longer, and then clears only its end */
export function progressLine(
  { done, total, worst }: Done,
  milliseconds: number,
  columns = Number.POSITIVE_INFINITY,
): string {
  const rate = done / Math.max(milliseconds / 1000, 0.001);
  const left = total === undefined || done === 0 ? undefined : Math.ceil((total - done) / rate);
  const parts = [
    `affidavit: ${done}${total === undefined ? '' : ` of ${total}`} judged`,
    `${rate.toFixed(rate < 10 ? 1 : 0)} a second`,
    ...(left === undefined ? [] : [`${left} s left`]),
    ...(done === 0 ? [] : [`worst: ${worst}`]),
  ];
  while (parts.length > 1 && parts.join(', ').length >= columns) parts.splice(1, 1);
  return parts.join(', ');
}
