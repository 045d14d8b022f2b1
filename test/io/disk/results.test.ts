import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { readResults } from '../../../src/io/disk/results.ts';
import { MAX_JSON_BYTES } from '../../../src/limits.ts';
import { rejection } from '../../document/refusal.ts';
import { bytesOf, exampleReport, exampleTest } from '../../evidence/phase/example-reports.ts';

const root = mkdtempSync(join(tmpdir(), 'affidavit-results-'));
let folder = root;

beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

const GOOD = exampleReport([exampleTest('operator-health')]);

function write(name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, bytesOf(value));
  return path;
}

async function refusal(paths: readonly string[]): Promise<EvidenceError | undefined> {
  return await rejection(readResults(paths.map((path) => ({ path }))));
}

describe('readResults', () => {
  it('reads files that the user names, in any order', async () => {
    const paths = [write('performance.json', GOOD), write('deployment.json', GOOD)];
    const { reports, findings } = await readResults(paths.map((path) => ({ path })));
    expect([...reports.keys()]).toEqual(['deployment', 'performance']);
    expect(findings).toEqual([]);
  });

  it('reads a directory, and finds what is no report in it', async () => {
    write('deployment.json', GOOD);
    const target = write('performance.json.bak', GOOD);
    mkdirSync(join(folder, 'conformance.json'));
    symlinkSync(target, join(folder, 'performance.json'));
    const { reports, findings } = await readResults([{ path: folder }]);
    expect([...reports.keys()]).toEqual(['deployment']);
    expect(findings.map(({ code, at, found }) => [code, at, found])).toEqual([
      ['RESULTS_FILE_IGNORED', join(folder, 'conformance.json'), 'a directory'],
      ['RESULTS_FILE_IGNORED', join(folder, 'performance.json'), 'a symbolic link'],
      ['RESULTS_FILE_IGNORED', target, 'a file that is not named *.json'],
    ]);
  });

  it.skipIf(process.platform !== 'linux')('finds a name that is not UTF-8', async () => {
    write('deployment.json', GOOD);
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/x`), Buffer.from([0xff]), Buffer.from('.json')]),
      '{}',
    );
    const { reports, findings } = await readResults([{ path: folder }]);
    expect([...reports.keys()]).toEqual(['deployment']);
    expect(findings).toMatchObject([
      {
        code: 'RESULTS_FILE_IGNORED',
        at: join(folder, 'x\uFFFD.json'),
        found: 'a file whose name is not UTF-8, or has U+FFFD',
      },
    ]);
  });

  it('follows a link that the user names', async () => {
    symlinkSync(write('report.json', GOOD), join(folder, 'deployment.json'));
    const { reports } = await readResults([{ path: join(folder, 'deployment.json') }]);
    expect([...reports.keys()]).toEqual(['deployment']);
  });

  it('refuses a directory without a CTRF report', async () => {
    write('notes.txt', 'nothing');
    expect(await refusal([folder])).toMatchObject({ code: 'RESULTS_MISSING', at: folder });
    write('versions.json', { aicr: 'v1.0.0' });
    expect(await refusal([folder])).toMatchObject({
      ...{ code: 'RESULTS_MISSING', at: folder },
      expected: expect.stringMatching(/CTRF.*JUnit XML.*go test -json.*conformance tarball/),
      hint: expect.stringContaining('--phase PHASE=FILE'),
    });
  });

  it('refuses a directory and a file of it: the phase is there twice', async () => {
    const path = write('deployment.json', GOOD);
    expect(await refusal([folder, path])).toMatchObject({
      code: 'RESULTS_PHASE_DUPLICATE',
      at: path,
    });
  });

  it('refuses a file that is not there', async () => {
    const path = join(folder, 'deployment.json');
    expect(await refusal([path])).toMatchObject({ code: 'FILE_UNREADABLE', at: path });
  });

  it('refuses an empty file', async () => {
    const path = join(folder, 'deployment.json');
    writeFileSync(path, '');
    expect(await refusal([path])).toMatchObject({ code: 'DOCUMENT_INVALID', at: path });
  });

  it('refuses a file of 100 MB before it reads it', async () => {
    const path = write('deployment.json', GOOD);
    truncateSync(path, 100_000_000);
    expect(await refusal([path])).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      at: path,
      found: `more than ${MAX_JSON_BYTES} bytes`,
    });
  });

  it('refuses files that are too large together', async () => {
    const large = Buffer.alloc(MAX_JSON_BYTES, ' ');
    large.write('{}');
    const paths = [1, 2, 3, 4].map((index) => join(folder, `other-${index}.json`));
    for (const path of paths) writeFileSync(path, large);
    const last = join(folder, 'z.json');
    writeFileSync(last, '{}');
    expect(await refusal([folder])).toMatchObject({ code: 'LIMIT_EXCEEDED', at: last });
    rmSync(last);
    expect(await refusal([folder])).toMatchObject({ code: 'RESULTS_MISSING', at: folder });
  });

  it('reads no file behind one that is refused', async () => {
    const bad = write('deployment.json', { reportFormat: 'CTRF' });
    const missing = join(folder, 'performance.json');
    expect(await refusal([bad, missing])).not.toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(await refusal([missing, bad])).toMatchObject({ code: 'FILE_UNREADABLE', at: missing });
  });

  it('reads standard input for -', () => {
    const module = new URL('../../../src/io/disk/results.ts', import.meta.url).href;
    const script = `
      const { readResults } = await import(${JSON.stringify(module)});
      const { reports } = await readResults([{ path: '-' }]);
      console.log([...reports.keys()].join());`;
    const tests = [exampleTest('operator-health', 'passed', { suite: ['deployment'] })];
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      input: bytesOf(exampleReport(tests)),
      encoding: 'utf8',
    });
    expect(stdout).toBe('deployment\n');
  });

  it('refuses to read standard input twice', async () => {
    expect(await refusal(['-', '-'])).toMatchObject({ code: 'USAGE' });
  });
});
