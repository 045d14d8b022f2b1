import { describe, expect, it } from 'vitest';

import type { ReceivedFiles } from '../../../src/archive/entry.ts';
import { digestOf } from '../../../src/digest.ts';
import type { Part } from '../../../src/evidence/verify/read-parts.ts';
import {
  readBundleBom,
  readBundleRecipe,
  readBundleReports,
  readBundleSnapshot,
  valueOf,
} from '../../../src/evidence/verify/read-parts.ts';
import { changed, contentsOf, packDemo, receivedOf } from '../demo.ts';

const CONTENTS = await contentsOf((await packDemo()).files);

function received(change: Parameters<typeof changed>[1] = {}) {
  return receivedOf(changed(CONTENTS, change));
}

function complaint(part: Part<unknown>) {
  return 'error' in part ? `${part.error.code} ${part.error.at}` : undefined;
}

describe('a part of a bundle', () => {
  const read = {
    'recipe.yaml': (files: ReceivedFiles) => readBundleRecipe(files, 'v3'),
    'snapshot.yaml': readBundleSnapshot,
    'bom.cdx.json': readBundleBom,
  };
  const parts = Object.entries(read);

  it.each(parts)('is read: %s', (_, readPart) => {
    const part = readPart(received());
    expect(complaint(part)).toBeUndefined();
    expect(valueOf<unknown>(part)).toBeDefined();
  });

  it.each(parts)(
    'that is missing, empty or no document is an error as a value: %s',
    (path, readPart) => {
      const missing = readPart(received({ [path]: undefined }));
      expect(complaint(missing)).toBe(`BUNDLE_INCOMPLETE ${path}`);
      expect(valueOf<unknown>(missing)).toBeUndefined();
      expect(complaint(readPart(received({ [path]: '' })))).toBe(`DOCUMENT_INVALID ${path}`);
      expect(complaint(readPart(received({ [path]: Buffer.from([0xff]) })))).toContain(
        'DOCUMENT_INVALID',
      );
      const code = path === 'bom.cdx.json' ? 'FIELD_INVALID' : 'KIND_UNEXPECTED';
      expect(complaint(readPart(received({ [path]: '[]' })))).toBe(`${code} ${path}`);
    },
  );

  it('knows what it was read of', () => {
    const bytes = CONTENTS.get('bom.cdx.json') ?? Buffer.alloc(0);
    expect(valueOf(readBundleBom(received()))?.summary.digest).toBe(digestOf(bytes));
    expect(valueOf(readBundleSnapshot(received()))?.file).toBe('snapshot.yaml');
    expect(valueOf(readBundleRecipe(received(), 'v3'))?.recipe.file).toBe('recipe.yaml');
  });
});

describe('the reports of a bundle', () => {
  it('are those of the three phases, in their order, with their digests', () => {
    const { reports, digests, faults } = readBundleReports(received());
    const phases = ['deployment', 'performance', 'conformance'];
    expect([[...reports.keys()], [...digests.keys()], faults]).toEqual([phases, phases, []]);
    for (const [phase, digest] of digests) {
      expect(digest).toBe(digestOf(CONTENTS.get(`ctrf/${phase}.json`) ?? ''));
    }
  });

  it('may be fewer: what was not run has neither report nor digest, and no fault', () => {
    const { reports, digests, faults } = readBundleReports(
      received({ 'ctrf/performance.json': undefined }),
    );
    const phases = ['deployment', 'conformance'];
    expect([[...reports.keys()], [...digests.keys()], faults]).toEqual([phases, phases, []]);
  });

  it('that cannot be read have a digest and a fault, each of its own', () => {
    const { reports, digests, faults } = readBundleReports(
      received({ 'ctrf/performance.json': '{', 'ctrf/deployment.json': '{}' }),
    );
    expect([[...reports.keys()], digests.size]).toEqual([['conformance'], 3]);
    expect(faults.map(({ at }) => at?.split('#')[0])).toEqual([
      'ctrf/deployment.json',
      'ctrf/performance.json',
    ]);
  });

  it('of another phase, or in another place, are none', () => {
    const report = CONTENTS.get('ctrf/deployment.json');
    const empty = {
      'ctrf/deployment.json': undefined,
      'ctrf/performance.json': undefined,
      'ctrf/conformance.json': undefined,
    };
    const { reports, faults } = readBundleReports(
      received({ ...empty, 'ctrf/burn-in.json': report, 'deployment.json': report }),
    );
    expect([reports.size, faults]).toEqual([0, []]);
  });
});
