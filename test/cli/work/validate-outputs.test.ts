import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { requireOutputs } from '../../../src/cli/work/validate-outputs.ts';
import { rejection } from '../../document/refusal.ts';
import { scratch } from '../../io/scratch.ts';

describe('the outputs of a validation', () => {
  it.each([
    ['o.tar.gz', 'USAGE --output'],
    ['here/o.tar.gz', 'USAGE --output'],
    // Neither is there yet: a disk that ignores case would have one place for both.
    ['O.TAR.gz', 'USAGE --output'],
    ['here/o.tar.gz.sandbox/trusted_root.json', 'USAGE --output'],
    ['o.md', undefined],
  ])('do not replace each other: %s', async (output, expected) => {
    const place = scratch();
    symlinkSync('.', join(place, 'here'));
    mkdirSync(join(place, 'o.tar.gz.sandbox'));
    const outputs = [['--output', join(place, output)]] as const;
    const paths = { out: join(place, 'o.tar.gz'), outputs };
    const call = { ...paths, open: [], beside: [], force: false, sandbox: true };
    const error = await rejection(requireOutputs(call));
    expect(error && `${error.code} ${error.at}`).toBe(expected);
  });
});
