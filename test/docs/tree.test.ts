import { describe, expect, it } from 'vitest';

import { CHECK_NAMES } from '../../src/evidence/verify/checks.ts';
import {
  codeIn,
  codesIn,
  read,
  repositoryFiles,
  repositoryFolders,
  sectionOf,
  tableRows,
} from './repository.ts';

const folders = repositoryFolders();

describe('the map in CONTRIBUTING.md', () => {
  const map = sectionOf(read('CONTRIBUTING.md'), 'Map');
  const block = /```\n(.*?)```/s.exec(map)?.[1] ?? '';
  const listed = block
    .trim()
    .split('\n')
    .map((line) => /^(\S+)\/ +\S/.exec(line)?.[1] ?? line);

  it('has a line for each folder at the top and in src, and for no other', () => {
    const expected = [
      ...folders.filter((path) => /^(?:[^/]+|src\/[^/]+)$/.test(path)),
      'docs/decisions',
    ].toSorted();
    expect(listed.toSorted()).toEqual(expected);
  });

  it('is sorted, so that a folder is found', () => {
    expect(listed).toEqual(listed.toSorted());
  });
});

describe('docs/architecture.md', () => {
  const tree = sectionOf(read('docs/architecture.md'), 'The tree');

  it('gives a reason for each folder of src, and for no other', () => {
    const rows = tableRows(tree).filter(([name = '']) => name.startsWith('`src/'));
    expect(rows.map(([name = '']) => codeIn(name)).toSorted()).toEqual(
      folders.filter((path) => /^src\/[^/]+$/.test(path)),
    );
    for (const [, holds, why] of rows) expect(`${holds}${why}`.length).toBeGreaterThan(20);
  });

  it('tells what each file directly in src is', () => {
    const rows = tableRows(tree).filter(([name = '']) => /^`[a-z-]+\.ts`$/.test(name));
    const files = repositoryFiles('src').filter((path) => path.split('/').length === 2);
    expect(rows.map(([name = '']) => `src/${codeIn(name)}`).toSorted()).toEqual(files);
  });

  it('sends nobody to a file that is not there', () => {
    const known = new Set([...repositoryFiles(), ...folders]);
    const places = tableRows(sectionOf(read('docs/architecture.md'), 'To change X, go to Y'))
      .flatMap(([, place = '']) => codesIn(place))
      .filter((place) => place.includes('/'));
    expect(places.filter((place) => !known.has(place.replace(/\/$/, '')))).toEqual([]);
  });
});

describe('documents that state a number', () => {
  it('know how many checks there are', () => {
    expect(CHECK_NAMES).toHaveLength(17);
    for (const path of ['docs/verification.md', 'CHANGELOG.md']) {
      expect(read(path).toLowerCase()).toContain('seventeen checks');
    }
  });
});

describe('docs/decisions/README.md', () => {
  it('links every decision, in order and with its title', () => {
    const files = repositoryFiles('docs/decisions').filter((path) => !path.endsWith('README.md'));
    const rows = tableRows(read('docs/decisions/README.md'));
    expect(rows.map(([link = '']) => /^\[(\d{4})\]\((.+)\)$/.exec(link)?.slice(1))).toEqual(
      files.map((path) => {
        const name = path.slice('docs/decisions/'.length);
        return [name.slice(0, 4), name];
      }),
    );
    for (const [index, [, title = '']] of rows.entries()) {
      const [heading = ''] = read(files[index] ?? '').split('\n');
      expect(heading.toLowerCase()).toContain(title.toLowerCase());
    }
  });
});
