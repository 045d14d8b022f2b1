import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { requireHarmless } from '../../../src/io/disk/harmless-output.ts';
import { refusalOf } from '../../document/refusal.ts';
import { scratch } from '../scratch.ts';

function folder(): string {
  const place = scratch({ 'r.yaml': 'r', 'logs/a.log': 'a' });
  symlinkSync('.', join(place, 'here'));
  symlinkSync('r.yaml', join(place, 'latest.yaml'));
  linkSync(join(place, 'r.yaml'), join(place, 'twin.yaml'));
  return place;
}

describe('an output that would spoil an input', () => {
  it.each([
    ['r.yaml', 'r.yaml'],
    ['r.yaml', 'here/r.yaml'],
    ['here/r.yaml', 'here/here/r.yaml'],
    ['latest.yaml', 'r.yaml'],
    ['r.yaml', 'latest.yaml'],
    ['r.yaml', 'twin.yaml'],
    ['logs', 'here/logs/a.log'],
    ['here/logs', 'logs/a.log'],
  ])('%s is known under another name: %s', (input, output) => {
    const place = folder();
    const check = (path: string): void =>
      requireHarmless('--output', join(place, path), { open: [join(place, input)] });
    expect(refusalOf(() => check(output))).toMatchObject({ code: 'USAGE', at: '--output' });
    check('other.md');
  });

  it('is also a new file in a bundle, but not one in a directory of inputs', () => {
    const place = folder();
    const inside = join(place, 'here/logs/new.md');
    const bundle = join(place, 'logs');
    expect(
      refusalOf(() => requireHarmless('--output', inside, { open: [], bundle })),
    ).toMatchObject({ code: 'USAGE', at: '--output' });
    requireHarmless('--output', inside, { open: [bundle] });
  });
});
