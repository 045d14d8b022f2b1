import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { Options } from '../../../src/cli/call/options.ts';
import { REPORT_FORMATS } from '../../../src/cli/call/report-formats.ts';
import { errorJson } from '../../../src/cli/print-error.ts';
import { deliverReports } from '../../../src/cli/work/deliver.ts';
import { verificationJson } from '../../../src/report/json.ts';
import { rejection } from '../../document/refusal.ts';
import { scratch } from '../../io/scratch.ts';
import { NOT_PINNED } from '../../report/example-reports.ts';
import { renderedAs } from '../../report/report-schemas.ts';

const REPORT = verificationJson(NOT_PINNED);
const VERDICT = '! Signed: undecided (exit 4)\n';

/** What standard error gets, and what is thrown. */
async function deliver(format: readonly string[], isTTY = false) {
  const { signal } = new AbortController();
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const call = {
      ...{ root: '', words: [], flagWords: [], talk: [], after: undefined, environment: {} },
      ...{ terminal: { isTTY }, signal },
      options: new Options(new Map([['format', format]]), ['format', 'output']),
      errorJson,
      finish: () => undefined,
      commands: async () => await Promise.resolve(new Map()),
      waitForEnd: () => signal,
      beforeWriting: async () => await Promise.resolve(),
      progress: async <T>(_: string, work: Promise<T>) => await work,
    };
    const error = await rejection(
      deliverReports(call, async (name) =>
        name === 'aicr-json' ? 'a whole text' : await Promise.resolve(REPORT),
      ),
    );
    return { error, said: write.mock.calls.map(([text]) => String(text)).join('') };
  } finally {
    write.mockRestore();
  }
}

describe('reports that go into files', () => {
  it.each([
    [true, VERDICT],
    [false, ''],
  ])('show on a terminal (%j) the verdict', async (isTTY, line) => {
    const output = join(scratch(), 'report.md');
    expect(await deliver([`markdown=${output}`], isTTY)).toEqual({ error: undefined, said: line });
    expect(readFileSync(output, 'utf8')).toBe(await renderedAs('markdown', REPORT));
  });

  it('are each as it would be alone', async () => {
    const place = scratch();
    const names = [...REPORT_FORMATS.keys()];
    const forms = [...names, 'aicr-json'].map((name) => `${name}=${join(place, name)}`);
    expect(await deliver(forms)).toEqual({ error: undefined, said: '' });
    for (const name of names) {
      expect(readFileSync(join(place, name), 'utf8')).toBe(await renderedAs(name, REPORT));
    }
    expect(readFileSync(join(place, 'aicr-json'), 'utf8')).toBe('a whole text');
  });

  it('stand if the third of four has no place: its path is named, and the verdict shown', async () => {
    const place = scratch();
    const path = join(place, 'missing', 'c');
    const paths = [join(place, 'a'), join(place, 'b'), path, join(place, 'd')];
    const { error, said } = await deliver(paths.map((each) => `json=${each}`));
    expect([error?.code, error?.at, error?.class]).toEqual(['FILE_UNWRITABLE', path, 'unjudged']);
    expect(said).toBe(VERDICT);
    const text = await renderedAs('json', REPORT);
    const stand = paths.filter((each) => existsSync(each) && readFileSync(each, 'utf8') === text);
    expect(stand).toEqual(paths.filter((each) => each !== path));
  });

  it('are each named that could not be written', async () => {
    const place = scratch();
    const [first, second] = [join(place, 'x/a'), join(place, 'y/b')];
    const { error, said } = await deliver([`json=${first}`, `json=${second}`]);
    expect(error?.at).toBe(first);
    expect(said).toContain(`note: "${second}" was not written either: `);
  });
});
