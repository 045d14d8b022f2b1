import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CHECK_ONLY } from '../check-only.ts';
import { ROOT } from '../run-cli.ts';
import { read, repositoryFiles } from './repository.ts';

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
}

/** A search path without Node and npm: what is asked here needs neither. */
function dev(...words: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('sh', [join(ROOT, 'dev'), ...words], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });
  return { code: status, stdout, stderr };
}

const { scripts } = JSON.parse(read('package.json')) as Package;

/** What npm calls by itself is no task. */
const tasks = [...Object.keys(scripts).filter((name) => name !== 'prepack'), 'affidavit', 'action'];

describe('./dev', () => {
  it.each(['help', '-h', '--help'])('%s says what there is, with 0', (word) => {
    const { code, stdout, stderr } = dev(word);
    for (const task of tasks) expect(stdout).toMatch(new RegExp(`\\b${task}\\b`));
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each([['foo'], ['--version'], ['demo2'], ['']])(
    '%j is none: it says so and what there is, with 64',
    (word) => {
      const { code, stdout, stderr } = dev(word);
      expect(stderr).toContain(`dev: there is no ${word}\n`);
      expect(stderr).toContain(dev('help').stdout);
      expect([code, stdout]).toEqual([64, '']);
    },
  );

  it('alone says what there is, with 64', () => {
    expect(dev()).toEqual({ code: 64, stdout: '', stderr: dev('help').stdout });
  });

  it('knows every script of package.json', () => {
    const known = /^ {2}(.*) \| (?:.*)\) ;;$/m.exec(read('dev'))?.[0] ?? '';
    expect(known.match(/[\w-]+/g)?.toSorted()).toEqual(tasks.toSorted());
  });
});

describe('what ./dev test leaves to ./dev check', () => {
  const all = repositoryFiles('test').filter((file) => file.endsWith('.test.ts'));

  it('is files that are there, each once', () => {
    expect(CHECK_ONLY.filter((file) => !all.includes(file))).toEqual([]);
    expect(new Set(CHECK_ONLY).size).toBe(CHECK_ONLY.length);
  });

  it('is no folder as a whole, but for memory and vectors', () => {
    const folders = (files: readonly string[]) => new Set(files.map((file) => dirname(file)));
    const quick = folders(all.filter((file) => !CHECK_ONLY.includes(file)));
    expect([...folders(all)].filter((folder) => !quick.has(folder))).toEqual([
      'test/e2e/vectors',
      'test/memory',
    ]);
  });
});
