import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { collectFiles } from '../../src/archive/collect.ts';
import { gunzip } from '../../src/archive/gzip.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { digestOf } from '../../src/digest.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { rejection } from '../document/refusal.ts';
import { pieces } from './tar-parts.ts';

const FOLDER = new URL('../../testdata/archives/', import.meta.url);

/** What testdata/archives/README.md says is in every archive. */
const CONTENTS = new Map([
  ['ctrf/deployment.json', '{"results":{}}\n'],
  ['logs/deployment/empty.log', ''],
  [`logs/deployment/${'n'.repeat(76)}.log`, 'a name as long as may be\n'],
  [
    'logs/deployment/validator.log',
    Array.from({ length: 60 }, (_, index) => `line ${index} of the log\n`).join(''),
  ],
  ['manifest.json', '{"schemaVersion":"1.0.0"}\n'],
  ['recipe.yaml', 'kind: RecipeResult\napiVersion: aicr.run/v1\n'],
]);

async function read(name: string) {
  return await collectFiles(
    readTar(gunzip(pieces(readFileSync(new URL(name, FOLDER))))),
    EVIDENCE_LAYOUT,
  );
}

const OLD_FORMAT = 'gnu-tar-v7.tar.gz';
const archives = readdirSync(FOLDER).filter((name) => name.endsWith('.gz') && name !== OLD_FORMAT);

describe('archives of other programs', () => {
  it.each(archives)('%s holds the same files', async (name) => {
    const digests = [...(await read(name)).values()].map(({ path, digest }) => [path, digest]);
    expect(digests).toEqual([...CONTENTS].map(([path, content]) => [path, digestOf(content)]));
  });

  it('are twenty-four, of seven programs, and nine of them as odd as files can be', () => {
    expect(archives).toHaveLength(24);
    expect(archives.filter((name) => name.endsWith('-odd.tar.gz'))).toHaveLength(9);
  });

  it('in the old format without magic are refused', async () => {
    expect((await rejection(read(OLD_FORMAT)))?.code).toBe('ARCHIVE_UNREADABLE');
  });
});
