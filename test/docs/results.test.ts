// What docs/results.md says of the bytes of a mapped report, compared with reports that are made.
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { mapOriginal } from '../../src/evidence/results/original.ts';
import { mapped, sample } from '../evidence/results/samples.ts';

const PAGE = readFileSync('docs/results.md', 'utf8');
// Tables are padded.
const SECTION = PAGE.slice(PAGE.indexOf('## How the report is written')).replaceAll(/ +/g, ' ');

const EVENT = { Package: 'p', Time: '2026-01-01T00:00:00Z' };

function stream(...events: readonly Readonly<Record<string, string>>[]): string {
  return events.map((event) => `${JSON.stringify({ ...EVENT, ...event })}\n`).join('');
}

const RUN = { Action: 'run', Test: 'T' };
const PASS = { Action: 'pass', Test: 'T' };

describe('how the report is written, in docs/results.md', () => {
  it.each([
    ['a test without an end', stream(RUN, { Action: 'fail' })],
    ['a package that failed', stream({ Action: 'fail' })],
    [
      'a build that failed',
      `{"Action":"build-fail","ImportPath":"b"}\n${stream({ Action: 'fail', FailedBuild: 'b' })}`,
    ],
    [
      'an earlier run',
      stream(RUN, PASS, { Action: 'output', Output: 'ok  \tp\t(cached)\n' }, { Action: 'pass' }),
    ],
  ])('has the sentence of %s', async (_, text) => {
    const { results } = await mapped(text);
    const message = results.tests[0]?.message ?? 'none';
    expect(message).not.toBe('none');
    expect(SECTION).toContain(`\`${message}\``);
  });

  it.each([
    ['<testsuite/>', 'JUnit XML'],
    [stream(RUN), 'go test -json'],
  ])('has the words for the form of %s', async (text, form) => {
    const { generatedBy, results } = await mapped(text);
    expect(generatedBy).toBe(`affidavit, by rules 1, of ${form}`);
    expect(SECTION).toContain(`| \`${generatedBy}\` | \`${results.tool.name}\` |`);
  });

  it('has the keys in their order', async () => {
    const xml =
      '<testsuite name="s"><testcase name="a"><error message="m">t</error><rerunError/><system-out>o</system-out>' +
      '<system-err>e</system-err><properties><property name="image" value="i"/></properties></testcase></testsuite>';
    const { results } = await mapped(xml);
    const keys = (value: object | undefined): string =>
      Object.keys(value ?? {})
        .map((key) => `\`${key}\``)
        .join(', ');
    expect(SECTION).toContain(keys(await mapped(xml)));
    expect(SECTION).toContain(keys(results.summary));
    expect(SECTION.replace(' `flaky`,', '')).toContain(keys(results.tests[0]));
    expect(SECTION).toContain(keys(results.tests[0]?.extra));
  });

  it('is indented by two spaces, and ends with a line feed', async () => {
    const text = Buffer.from((await mapOriginal(sample('pytest.xml'), 'x.xml')) ?? '').toString();
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
  });
});
