import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import { logFiles } from '../../../src/io/disk/log-files.ts';
import { MAX_FILE_BYTES, MAX_LOG_NAME_CHARACTERS } from '../../../src/limits.ts';
import { rejection } from '../../document/refusal.ts';
import { scratch } from '../scratch.ts';

const LOGS = {
  'performance/nccl.log': 'bus bandwidth\n',
  'deployment/validator.log': 'all ready\n',
  'deployment/empty.log': '',
};

describe('logFiles', () => {
  it('gives every log, empty ones included, with its path in a bundle, sorted', async () => {
    const files = await logFiles(scratch(LOGS));
    expect(files.map(({ path, size, digest }) => [path, size, digest])).toEqual([
      ['logs/deployment/empty.log', 0, digestOf('')],
      ['logs/deployment/validator.log', 10, digestOf('all ready\n')],
      ['logs/performance/nccl.log', 14, digestOf('bus bandwidth\n')],
    ]);
  });

  it('gives none for a folder without logs', async () => {
    expect(await logFiles(scratch())).toEqual([]);
  });

  it.each<[string, string, (folder: string) => void]>([
    [
      'a file beside the phases',
      'note.txt',
      (folder) => writeFileSync(join(folder, 'note.txt'), ''),
    ],
    [
      'a file named as a phase',
      'conformance',
      (folder) => writeFileSync(join(folder, 'conformance'), ''),
    ],
    ['a phase that there is not', 'training', (folder) => mkdirSync(join(folder, 'training'))],
    ['a phase in other case', 'Deployment', (folder) => mkdirSync(join(folder, 'Deployment'))],
    [
      'a link to a phase',
      'conformance',
      (folder) => symlinkSync('deployment', join(folder, 'conformance')),
    ],
    [
      'a folder in a phase',
      'deployment/more',
      (folder) => mkdirSync(join(folder, 'deployment/more')),
    ],
    [
      'a link to a log',
      'deployment/b.log',
      (folder) => symlinkSync('validator.log', join(folder, 'deployment/b.log')),
    ],
    [
      'a FIFO, without waiting for a writer',
      'deployment/fifo',
      (folder) => execFileSync('mkfifo', [join(folder, 'deployment/fifo')]),
    ],
    [
      'a hidden file',
      'deployment/.x',
      (folder) => writeFileSync(join(folder, 'deployment/.x'), ''),
    ],
    [
      'a name with a space',
      'deployment/a b',
      (folder) => writeFileSync(join(folder, 'deployment/a b'), ''),
    ],
    [
      'a name that ends in a dot',
      'deployment/a.',
      (folder) => writeFileSync(join(folder, 'deployment/a.'), ''),
    ],
    [
      'a name that is too long',
      `deployment/${'n'.repeat(MAX_LOG_NAME_CHARACTERS + 1)}`,
      (folder) => {
        writeFileSync(join(folder, `deployment/${'n'.repeat(MAX_LOG_NAME_CHARACTERS)}`), '');
        writeFileSync(join(folder, `deployment/${'n'.repeat(MAX_LOG_NAME_CHARACTERS + 1)}`), '');
      },
    ],
  ])('refuses %s', async (_, name, make) => {
    const folder = scratch(LOGS);
    make(folder);
    const error = await rejection(logFiles(folder));
    expect([error?.code, error?.at]).toEqual(['LOGS_INVALID', join(folder, name)]);
  });

  it('refuses names that differ only in their case', async () => {
    const folder = scratch({ ...LOGS, 'deployment/Validator.log': '' });
    const error = await rejection(logFiles(folder));
    expect([error?.code, error?.at]).toEqual([
      'LOGS_INVALID',
      join(folder, 'deployment/validator.log'),
    ]);
  });

  it('refuses a log above the limit before it reads it', async () => {
    const folder = scratch(LOGS);
    truncateSync(join(folder, 'deployment/empty.log'), MAX_FILE_BYTES + 1);
    const error = await rejection(logFiles(folder));
    expect([error?.code, error?.at]).toEqual([
      'LIMIT_EXCEEDED',
      join(folder, 'deployment/empty.log'),
    ]);
  });

  it('refuses a file in place of the folder, and cannot read one that is missing', async () => {
    const folder = scratch({ file: '' });
    expect((await rejection(logFiles(join(folder, 'file'))))?.code).toBe('LOGS_INVALID');
    expect((await rejection(logFiles(join(folder, 'missing'))))?.code).toBe('FILE_UNREADABLE');
  });
});
