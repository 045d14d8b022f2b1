// Which code of others the workflows of the pages run: that of one commit, never of a tag that can be moved.
import { describe, expect, it } from 'vitest';

import { read, repositoryFiles } from '../docs/repository.ts';
import { OUR_ACTION, textOf, WORKFLOWS } from './workflow-file.ts';

const PAGES = repositoryFiles('docs').filter((path) => /\.(?:md|ya?ml)$/.test(path));

function usedIn(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, used = '']) => used);
}

function isPinned(used: string): boolean {
  return used === OUR_ACTION || /^[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used);
}

describe('an action that a page uses', () => {
  const pages = PAGES.filter((path) => usedIn(read(path)).length > 0);

  it.each(pages)('is named by a whole commit, with its version beside it: %s', (path) => {
    expect(usedIn(read(path)).filter((used) => !isPinned(used))).toEqual([]);
  });

  it('is refused by a tag, a branch or half a commit', () => {
    const commit = '3d3c42e5aac5ba805825da76410c181273ba90b1';
    expect(isPinned(`actions/checkout@${commit} # v7.0.1`)).toBe(true);
    for (const version of ['v7', 'main', commit.slice(0, 12), commit]) {
      expect(isPinned(`actions/checkout@${version}`)).toBe(false);
    }
    expect(pages.length).toBeGreaterThan(5);
  });

  it('is the same commit for the same version, everywhere', () => {
    const all = new Set(pages.flatMap((path) => usedIn(read(path))));
    const versions = [...all].map((used) => used.replace(/@[0-9a-f]{40}/, ''));
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe('our own action', () => {
  it.each(WORKFLOWS)(
    'is a placeholder, and the head of the file says what replaces it: %s',
    (name) => {
      const text = textOf(name);
      const [head = ''] = text.split(/^name:/m);
      expect(usedIn(text)).toContain(OUR_ACTION);
      expect(head.replaceAll('\n# ', ' ')).toMatch(
        /In `uses`, replace OWNER by where .+, and the zeros by the commit of it that you have looked at\./,
      );
    },
  );

  it('cannot be used as it is: the guide says to replace it, and no such commit exists', () => {
    expect(OUR_ACTION).toMatch(/^OWNER\/.+@0{40}$/);
    expect(read('docs/guides/maintainer.md')).toContain('replace OWNER and the zeros');
  });
});
