import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

const MODULE = new URL('../../../src/io/process/interrupt.ts', import.meta.url).href;

/** What a process ends with in which `work` is interruptible, and what it says. */
function outcome(work: string, before = ''): string {
  const script = `import { interruptible } from ${JSON.stringify(MODULE)};
    ${before}
    const send = (name) => process.kill(process.pid, name);
    try { console.log(await interruptible(${work})); } catch (error) { console.log(error.code); }
    process.exit();`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString().trim();
}

describe('interruptible', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('ends for %s, and the signal is aborted', (name) => {
    expect(
      outcome(`async ({ signal }) => {
        send('${name}');
        await new Promise((resolve) => { signal.addEventListener('abort', resolve); setTimeout(resolve, 10000); });
      }`),
    ).toBe('INTERRUPTED');
  });

  it('hears a signal that came during work without a pause', () => {
    expect(outcome(`async () => { send('SIGINT'); return 'done'; }`)).toBe('INTERRUPTED');
    expect(outcome(`async () => 'done'`)).toBe('done');
  });

  it('hears one that came during such work after a file was read', () => {
    const work = (send: string): string => `async () => {
      const { open } = await import('node:fs/promises');
      const file = await open(process.execPath);
      await file.read(Buffer.alloc(10), 0, 10, 0);
      ${send}
      for (const end = Date.now() + 100; Date.now() < end;);
      void file.close();
      return 'done';
    }`;
    expect(outcome(work(`send('SIGTERM');`))).toBe('INTERRUPTED');
    expect(outcome(work(''))).toBe('done');
  });

  it('waits for the end of work that wants it, unless a second signal comes', () => {
    const work = (then: string): string => `async ({ signal, waitForEnd }) => {
      const last = waitForEnd();
      send('SIGINT');
      await new Promise((resolve) => { signal.addEventListener('abort', resolve); setTimeout(resolve, 10000); });
      ${then}
      return last.aborted ? 'aborted' : 'kept';
    }`;
    const never = 'await new Promise((resolve) => setTimeout(resolve, 10000));';
    expect(outcome(work(''))).toBe('kept');
    for (const name of ['SIGINT', 'SIGTERM']) {
      expect(outcome(work(`send('${name}'); ${never}`))).toBe('INTERRUPTED');
    }
  });

  it('of a second process counts one signal that comes in two ways once, and the end of the first', () => {
    const asSecond = `process.send = () => true;
      process.connected = true;
      process.env.AFFIDAVIT_SECOND_PROCESS = '1';`;
    const work = (...names: readonly string[]): string => `async ({ signal, waitForEnd }) => {
      const last = waitForEnd();
      for (const name of ${JSON.stringify(names)}) process.emit(name);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [signal.aborted, last.aborted].join();
    }`;
    expect(outcome(work(), asSecond)).toBe('false,false');
    expect(outcome(work('SIGINT', 'message'), asSecond)).toBe('true,false');
    expect(outcome(work('message', 'SIGINT'), asSecond)).toBe('true,false');
    expect(outcome(work('SIGINT', 'message', 'disconnect'), asSecond)).toBe('INTERRUPTED');
  });

  it('goes on to the end once it is too late for a signal', () => {
    expect(
      outcome(`async ({ signal, finish }) => {
        finish();
        send('SIGINT');
        await new Promise((resolve) => setTimeout(resolve, 20));
        return signal.aborted ? 'aborted' : 'done';
      }`),
    ).toBe('done');
  });
});
