import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

const HERE = import.meta.dirname;
const DOCUMENT = join(HERE, '..', '..', 'docs', 'decisions', '0009-two-judges.md');

describe('docs/decisions/0009', () => {
  const tests = ['sigstore-trust.test.ts', 'trusted-root.test.ts', 'closed-by-name.test.ts']
    .map((name) => readFileSync(join(HERE, name), 'utf8'))
    .join('\n');
  const rows = readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .map((line) => /^\| .* \| `([^`]+)` +\|$/.exec(line)?.[1])
    .filter((title) => title !== undefined);

  it('names a test for each thing that is refused', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((title) => !tests.includes(`'${title}'`))).toEqual([]);
  });
});
