import { describe, expect, it } from 'vitest';

import { CheckLog } from '../../../src/attestation/check-log.ts';
import { digestOf } from '../../../src/digest.ts';
import { MANIFEST_FILE } from '../../../src/evidence/layout.ts';
import { checkManifest } from '../../../src/evidence/verify/check-manifest.ts';
import { CHECK_NAMES } from '../../../src/evidence/verify/checks.ts';
import { changed, contentsOf, packDemo, predicateIn, receivedOf, type Contents } from '../demo.ts';

const CONTENTS = await contentsOf((await packDemo()).files);
const PREDICATE = predicateIn(CONTENTS);
const CLAIMED = PREDICATE.manifest;

function check(contents: Contents = CONTENTS, manifest: Partial<typeof CLAIMED> = {}) {
  const log = new CheckLog(CHECK_NAMES);
  const predicate = { ...PREDICATE, manifest: { ...CLAIMED, ...manifest } };
  const bound = checkManifest(log, receivedOf(contents), predicate);
  const made = log.results().filter(({ outcome }) => outcome !== 'not-reached');
  return {
    bound,
    checks: made.map(({ name, outcome, faults }) =>
      [name, outcome, ...faults.map(({ code, at }) => `${code} ${at}`)].join(' '),
    ),
  };
}

describe('checkManifest', () => {
  it('gives the manifest that the statement names, and its digest', () => {
    const { bound, checks } = check();
    expect(checks).toEqual(['manifest-matches-statement passed', 'files-match-manifest passed']);
    expect(bound?.digest).toBe(CLAIMED.digest);
    expect(bound?.manifest.files).toHaveLength(CLAIMED.fileCount);
  });

  it.each([
    [{ digest: digestOf('other') }, 'manifest.json'],
    [{ digest: CLAIMED.digest.toUpperCase() }, 'manifest.json'],
    [{ digest: CLAIMED.digest.slice('sha256:'.length) }, 'manifest.json'],
    [{ digest: '' }, 'manifest.json'],
    [{ fileCount: CLAIMED.fileCount + 1 }, `${CLAIMED.at}/fileCount`],
    [{ fileCount: 0 }, `${CLAIMED.at}/fileCount`],
  ])('gives none if the statement names another: %j', (claimed, at) => {
    const { bound, checks } = check(CONTENTS, claimed);
    expect(bound).toBeUndefined();
    expect(checks).toEqual([`manifest-matches-statement failed MANIFEST_DIFFERS ${at}`]);
  });

  it('reads no manifest but the one that was signed', () => {
    const { checks } = check(changed(CONTENTS, { [MANIFEST_FILE]: '{' }));
    expect(checks).toEqual(['manifest-matches-statement failed MANIFEST_DIFFERS manifest.json']);
    const digest = digestOf('{}');
    const signed = check(changed(CONTENTS, { [MANIFEST_FILE]: '{}' }), { digest });
    expect(signed.checks).toEqual([
      'manifest-matches-statement failed FIELD_MISSING manifest.json#/schemaVersion',
    ]);
  });

  it('misses a manifest that is not there', () => {
    const { bound, checks } = check(changed(CONTENTS, { [MANIFEST_FILE]: undefined }));
    expect(bound).toBeUndefined();
    expect(checks).toEqual(['manifest-matches-statement failed BUNDLE_INCOMPLETE manifest.json']);
  });

  it('names every file that is not as it was, and goes on: the rest is judged too', () => {
    const { bound, checks } = check(
      changed(CONTENTS, { 'recipe.yaml': undefined, 'snapshot.yaml': 'x', 'x.txt': '' }),
    );
    expect(bound?.digest).toBe(CLAIMED.digest);
    expect(checks[1]).toBe(
      'files-match-manifest failed FILE_MISSING recipe.yaml FILE_DIFFERS snapshot.yaml FILE_EXTRA x.txt',
    );
  });

  it('leaves out what is made from the manifest', () => {
    const { checks } = check(
      changed(CONTENTS, { 'statement.intoto.json': 'x', 'attestation.intoto.jsonl': 'y' }),
    );
    expect(checks[1]).toBe('files-match-manifest passed');
  });
});
