import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ROOT } from '../run-cli.ts';
import { read, repositoryFiles } from './repository.ts';

const files = repositoryFiles();

/** What only the machine of one author has. Written apart, so that this file does not match itself. */
const FOREIGN = [
  ['..', 'shared'],
  ['', 'work', ''],
].map((parts) => parts.join('/'));
const REGISTRIES = ['npmjs', 'yarnpkg', 'npmmirror'].map((name) => `registry.${name}.`);

function filesWith(pattern: RegExp, among = files): readonly string[] {
  return among.filter((path) => pattern.test(readFileSync(join(ROOT, path), 'latin1')));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

describe('the repository', () => {
  it('names no folder outside of it', () => {
    // A path begins at a quote, a blank or a bracket: `https://…/work/…` is no path of a machine.
    const path = new RegExp(`(?:^|[\\s'"\`(=:])(?:${FOREIGN.map(escape).join('|')})`, 'm');
    // Data of others is as it is.
    const own = files.filter((file) => !file.startsWith('testdata/'));
    expect(filesWith(path, own)).toEqual([]);
  });

  it('names no package registry, and its lock files no place to download from', () => {
    expect(filesWith(new RegExp(REGISTRIES.map(escape).join('|')))).toEqual([]);
    for (const lock of files.filter((path) => path.endsWith('package-lock.json'))) {
      expect(read(lock)).not.toContain('"resolved"');
      expect(read(lock)).toContain('"integrity"');
    }
    for (const config of files.filter((path) => path.endsWith('.npmrc'))) {
      expect(read(config)).not.toMatch(/registry *=/);
      expect(read(config)).toContain('omit-lockfile-registry-resolved=true');
    }
  });

  it('says of every folder of test data where it comes from', () => {
    const folders = new Set(
      files.filter((path) => path.startsWith('testdata/')).map((path) => path.split('/')[1]),
    );
    const told = [...folders].filter((folder) =>
      ['NOTICE', 'README.md'].some((name) => files.includes(`testdata/${folder}/${name}`)),
    );
    expect(told).toEqual([...folders]);
  });

  it('has its licence in the package', () => {
    expect(read('LICENSE')).toContain('Apache License');
    expect(read('package.json')).toContain('"license": "Apache-2.0"');
  });

  it('leaves nothing for later', () => {
    const marks = /\b(?:TO[D]O|FIX[M]E|X{3})\b/;
    const own = files.filter((path) => /^(?:src|test|tools|bin|docs)\/.*(?<!\.png)$/.test(path));
    expect(filesWith(marks, own)).toEqual([]);
  });
});
