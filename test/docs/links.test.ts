import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ROOT } from '../run-cli.ts';
import { read, repositoryFiles } from './repository.ts';

const documents = repositoryFiles().filter(
  (path) => path.endsWith('.md') && !path.startsWith('testdata/golden/'),
);
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

/** Without code, where brackets and parentheses mean something else. */
function prose(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

/** GitHub's: lower case, without punctuation, blanks as hyphens. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = markdown.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function brokenLinks(path: string): readonly string[] {
  const links = [...prose(read(path)).matchAll(LINK)].map(([, target = '']) => target);
  return links.filter((target) => {
    if (/^[a-z]+:/.test(target)) return !target.startsWith('https://');
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(ROOT, linked))) return true;
    return anchor !== undefined && !anchorsOf(read(linked)).has(anchor);
  });
}

describe('every link', () => {
  it('is in a document that the tests find', () => {
    expect(documents).toContain('README.md');
    expect(documents.length).toBeGreaterThan(15);
  });

  it.each(documents)('of %s leads somewhere, or out by https', (path) => {
    expect(brokenLinks(path)).toEqual([]);
  });
});

describe('every document', () => {
  it('is reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const [, target = ''] of prose(read(path)).matchAll(LINK)) {
        const [file = ''] = target.split('#');
        const linked = join(dirname(path), file);
        if (!/^[a-z]+:/.test(target) && linked.endsWith('.md') && documents.includes(linked)) {
          reached.add(linked);
        }
      }
    }
    const ours = documents.filter((path) => !path.startsWith('testdata/'));
    expect(ours.filter((path) => !reached.has(path))).toEqual([]);
  });
});
