import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { requireHarmless, requireOutputs } from '../../../src/io/disk/harmless-output.ts';
import { scratch } from '../scratch.ts';

function folder(): string {
  const place = scratch({ 'r.yaml': 'r', 'logs/a.log': 'a' });
  symlinkSync('.', join(place, 'here'));
  symlinkSync('r.yaml', join(place, 'latest.yaml'));
  linkSync(join(place, 'r.yaml'), join(place, 'twin.yaml'));
  return place;
}

async function refusal(work: () => void | Promise<void>): Promise<string | undefined> {
  try {
    await work();
  } catch (error) {
    if (error instanceof EvidenceError) return `${error.code} ${error.at}`;
    throw error;
  }
  return undefined;
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
  ])('%s is known under another name: %s', async (input, output) => {
    const place = folder();
    const check = (path: string): void =>
      requireHarmless('--output', path, { open: [join(place, input)] });
    expect(await refusal(() => check(join(place, output)))).toBe('USAGE --output');
    expect(await refusal(() => check(join(place, 'other.md')))).toBeUndefined();
  });

  it('is also a new file in a bundle, but not one in a directory of inputs', async () => {
    const place = folder();
    const inside = join(place, 'here/logs/new.md');
    const bundle = join(place, 'logs');
    expect(await refusal(() => requireHarmless('--output', inside, { open: [], bundle }))).toBe(
      'USAGE --output',
    );
    expect(
      await refusal(() => requireHarmless('--output', inside, { open: [bundle] })),
    ).toBeUndefined();
  });
});

describe('the outputs of a validation', () => {
  it.each([
    ['o.tar.gz', 'USAGE --output'],
    ['here/o.tar.gz', 'USAGE --output'],
    // Neither is there yet: a disk that ignores case would have one place for both.
    ['O.TAR.gz', 'USAGE --output'],
    ['here/o.tar.gz.sandbox/trusted_root.json', 'USAGE --output'],
    ['o.md', undefined],
  ])('do not replace each other: %s', async (output, expected) => {
    const place = folder();
    mkdirSync(join(place, 'o.tar.gz.sandbox'));
    const paths = { out: join(place, 'o.tar.gz'), output: join(place, output) };
    const call = { ...paths, open: [], force: false, sandbox: true };
    expect(await refusal(async () => await requireOutputs(call))).toBe(expected);
  });
});
