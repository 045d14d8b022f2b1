// Work without a pause keeps a process from hearing signals. So a second process works on large documents,
// and the first one hears. docs/decisions/0008

/** Not from a second one, which would do the same again. */
export function mayStartSecond(): boolean {
  return variable() === undefined;
}

/** Whether another process hears the signals for this one. */
export function isSecond(): boolean {
  return (variable() ?? '') !== '' && process.send !== undefined;
}

/** Tells the first process that this one must not be killed from now on. */
export function forbidKilling(): void {
  if (isSecond()) process.send?.('writing');
}

/** Set by the first process for its second one, and to nothing by whoever wants one process only. */
function variable(): string | undefined {
  return process.env['AFFIDAVIT_SECOND_PROCESS'];
}
