import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import {
  isOtherRef,
  parsePointer,
  pointerPath,
  renderPointer,
  slugOf,
  type Pointer,
} from '../../../src/evidence/pointer/pointer.ts';
import { PREDICATE_TYPE_V3 } from '../../../src/media-types.ts';
import { refusalOf } from '../../document/refusal.ts';
import { AICR_SOURCES } from '../../policy/aicr-sources.ts';
import { propertyRuns } from '../../property-runs.ts';

const FILE = 'pointer.yaml';

const PUSHED = { oci: 'ghcr.io/org/evidence:x', digest: digestOf('') };

/** A pointer of AICR's own tree. */
const REAL = `attestations:
  - attestedAt: 2026-09-19T02:57:39Z
    bundle:
      digest: sha256:74c42dc3d793da22081a2e9507ca78842fe3795059f245d9b03c2edf4eccd8ab
      oci: ghcr.io/atif1996/aicr-evidence:gb300-generic-ubuntu-training-6d21f4209def
      predicateType: https://aicr.run/recipe-evidence/v3
    signer:
      identity: 10677309+atif1996@users.noreply.github.com
      issuer: https://github.com/login/oauth
      rekorLogIndex: 116117498
recipe: gb300-generic-ubuntu-training
schemaVersion: 1.0.0
`;

/** The same with what AICR's readers skip. */
const WITH_COPIES = `affidavit:
  attestation: sha256:e9c6648c0b1f17a35b6070a5dffde81275947eac62072adbb4cb0c03b998b585
  locations:
    - registry.example:5000/mirror/evidence
    - ghcr.io/other/evidence
${REAL}`;

const parse = (text: string): Pointer => parsePointer(Buffer.from(text), FILE);

describe('a pointer of AICR', () => {
  it('is read, written again byte for byte, and belongs where AICR has it', () => {
    const pointer = parse(REAL);
    expect(renderPointer(pointer)).toBe(REAL);
    expect(pointerPath(pointer)).toBe(
      'gb300-generic-ubuntu-training/728b071aed7124418b1fa9c7f0521e24/sha256-74c42dc3d793da22081a2e9507ca78842fe3795059f245d9b03c2edf4eccd8ab.yaml',
    );
  });

  it.each(AICR_SOURCES)('of %s %s lies in %s', (issuer, identity, slug) => {
    expect(slugOf({ issuer, identity, rekorLogIndex: undefined })).toBe(slug);
  });

  it.each([
    ['schemaVersion: 1.0.0', 'schemaVersion: 2.0.0', 'SCHEMA_VERSION_UNKNOWN', '/schemaVersion'],
    ['recipe: gb300', 'recipe: ../gb300', 'FIELD_INVALID', '/recipe'],
    ['recipe: gb300', 'recipe: a/gb300', 'FIELD_INVALID', '/recipe'],
    ['schemaVersion: 1', 'profile: a=b\nschemaVersion: 1', 'FIELD_INVALID', '/recipe'],
    ['schemaVersion: 1', 'profile: a\nschemaVersion: 1', 'FIELD_INVALID', '/profile'],
    ['schemaVersion: 1', 'more: a\nschemaVersion: 1', 'FIELD_UNKNOWN', '/more'],
    ['2026-09-19T02', '2026-09-39T02', 'FIELD_INVALID', '/attestations/0/attestedAt'],
    ['sha256:74', '74', 'FIELD_INVALID', '/attestations/0/bundle/digest'],
    ['evidence/v3', 'evidence/v4', 'FIELD_INVALID', '/attestations/0/bundle/predicateType'],
    ['evidence/v3', 'evidence/v2', 'FIELD_INVALID', '/attestations/0/bundle/predicateType'],
    ['oci: ghcr.io/', 'oci: ./', 'POINTER_TO_FILE', '/attestations/0/bundle/oci'],
    ['oci: ghcr.io/', 'oci: ../', 'POINTER_TO_FILE', '/attestations/0/bundle/oci'],
    ['oci: ghcr.io/', 'oci: /', 'POINTER_TO_FILE', '/attestations/0/bundle/oci'],
    ['oci: ghcr.io/', 'oci: recipes/', 'POINTER_TO_FILE', '/attestations/0/bundle/oci'],
    ['oci: ghcr.io/atif1996', 'oci: /bundle #', 'POINTER_TO_FILE', '/attestations/0/bundle/oci'],
    [
      'oci: ghcr.io/atif1996',
      'oci: bundle.tar.gz #',
      'POINTER_TO_FILE',
      '/attestations/0/bundle/oci',
    ],
    ['oci: ghcr.io/atif1996', `oci: ${FILE} #`, 'POINTER_TO_ITSELF', '/attestations/0/bundle/oci'],
    [
      'oci: ghcr.io/atif1996',
      `oci: ./${FILE} #`,
      'POINTER_TO_ITSELF',
      '/attestations/0/bundle/oci',
    ],
    [
      'oci: ghcr.io/atif1996',
      `oci: file://./${FILE} #`,
      'POINTER_TO_ITSELF',
      '/attestations/0/bundle/oci',
    ],
    [
      'oci: ghcr.io/atif1996',
      'oci: docker.io/nginx #',
      'FIELD_INVALID',
      '/attestations/0/bundle/oci',
    ],
    ['oci: ghcr.io/', 'oci: https://ghcr.io/', 'FIELD_INVALID', '/attestations/0/bundle/oci'],
    [
      'issuer: https://github.com/login/oauth',
      "issuer: ''",
      'FIELD_INVALID',
      '/attestations/0/signer/issuer',
    ],
    [
      'rekorLogIndex: 1',
      'rekorLogIndex: -1',
      'FIELD_INVALID',
      '/attestations/0/signer/rekorLogIndex',
    ],
    ['attestations:\n', 'attestations:\n  - {}\n', 'FIELD_INVALID', '/attestations'],
  ])('with %j changed to %j is refused', (search, replacement, code, pointer) => {
    expect(REAL).toContain(search);
    const refusal = refusalOf(() => parse(REAL.replace(search, replacement)));
    expect([refusal?.code, refusal?.at]).toEqual([code, `${FILE}#${pointer}`]);
  });

  it('is read back as it was written, whatever it says', () => {
    const segment = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
    const signer = fc.record({
      identity: fc.string({ minLength: 1, unit: 'grapheme-ascii' }),
      issuer: fc.webUrl(),
      rekorLogIndex: fc.option(fc.integer({ min: 1 }).map(String), { nil: undefined }),
    });
    const artifact = segment.map((name) => ({
      oci: `ghcr.io/org/evidence:${name}`,
      digest: digestOf(name),
    }));
    const copies = fc.record({
      attestation: fc.option(segment.map(digestOf), { nil: undefined }),
      locations: fc.uniqueArray(
        fc.nat(999).map((number) => `r.example/x${number}`),
        { minLength: 1, maxLength: 16 },
      ),
    });
    const pointers = fc.record({
      recipe: segment,
      profile: fc.constant(undefined),
      attestedAt: fc.integer({ min: 0, max: 4e9 }).map((seconds) => new Date(seconds * 1000)),
      predicateType: fc.constant(PREDICATE_TYPE_V3),
      artifact: fc.option(artifact, { nil: undefined }),
      signer: fc.option(signer, { nil: undefined }),
    });
    fc.assert(
      fc.property(pointers, copies, (pointer, affidavit) => {
        expect(parse(renderPointer(pointer))).toEqual(pointer);
        const pushed = { ...pointer, artifact: PUSHED, affidavit };
        expect(parse(renderPointer(pushed))).toEqual(pushed);
      }),
      { numRuns: propertyRuns(100, 2000) },
    );
  });

  it('refuses any other text with an error of ours', () => {
    const words = fc.array(fc.constantFrom(...WITH_COPIES.split(/(\n| )/)), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map((parts) => parts.join('')),
        ),
        (text) => {
          expect(() => refusalOf(() => parse(text))).not.toThrow();
        },
      ),
      { numRuns: propertyRuns(100, 2000) },
    );
  });
});

describe('a pointer with other places', () => {
  it('is read, and written again byte for byte', () => {
    const pointer = parse(WITH_COPIES);
    expect(pointer).toEqual({
      ...parse(REAL),
      affidavit: {
        attestation: 'sha256:e9c6648c0b1f17a35b6070a5dffde81275947eac62072adbb4cb0c03b998b585',
        locations: ['registry.example:5000/mirror/evidence', 'ghcr.io/other/evidence'],
      },
    });
    expect(renderPointer(pointer)).toBe(WITH_COPIES);
    expect(pointerPath(pointer)).toBe(pointerPath(parse(REAL)));
  });

  it('may have the one without the other, and is written without both if there is neither', () => {
    const placed = parse(WITH_COPIES.replace(/ {2}attestation: .*\n/, ''));
    expect(placed.affidavit).toMatchObject({ attestation: undefined });
    const signed = parse(WITH_COPIES.replace(/ {2}locations:\n(?: {4}.*\n)+/, ''));
    expect(signed.affidavit).toMatchObject({ locations: [] });
    const none = { ...signed, affidavit: { attestation: undefined, locations: [] } };
    expect(renderPointer(none)).toBe(REAL);
  });

  it.each([
    ['attestation: sha256', 'attestation: sha512', 'FIELD_INVALID', 'attestation'],
    ['attestation: sha256:e9', 'attestation: sha256:E9', 'FIELD_INVALID', 'attestation'],
    ['  locations', '  more: x\n  locations', 'FIELD_UNKNOWN', 'more'],
    ['other/evidence\n', 'other/evidence:v1\n', 'FIELD_INVALID', 'locations/1'],
    ['other/evidence\n', `other/evidence@${PUSHED.digest}\n`, 'FIELD_INVALID', 'locations/1'],
    ['- ghcr.io', '- oci://ghcr.io', 'FIELD_INVALID', 'locations/1'],
    ['- ghcr.io', '- https://ghcr.io', 'FIELD_INVALID', 'locations/1'],
    ['- ghcr.io', '- you:secret@ghcr.io', 'FIELD_INVALID', 'locations/1'],
    ['ghcr.io/other/evidence', '1', 'FIELD_INVALID', 'locations/1'],
    ['ghcr.io/other', 'ghcr.io/Other', 'FIELD_INVALID', 'locations/1'],
    [
      'ghcr.io/other/evidence',
      'REGISTRY.example:5000/mirror/evidence',
      'FIELD_INVALID',
      'locations/1',
    ],
    [
      '    - ghcr',
      `${Array.from({ length: 15 }, (_, index) => `    - r.example/x${index}\n`).join('')}    - ghcr`,
      'LIMIT_EXCEEDED',
      'locations',
    ],
  ])('with %j changed to %j is refused', (search, replacement, code, field) => {
    expect(WITH_COPIES).toContain(search);
    const refusal = refusalOf(() => parse(WITH_COPIES.replace(search, replacement)));
    expect([refusal?.code, refusal?.at]).toEqual([code, `${FILE}#/affidavit/${field}`]);
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });

  it('is refused while its bundle is in no registry', () => {
    const local = WITH_COPIES.replace(/digest: .*/, "digest: ''").replace(/oci: .*/, "oci: ''");
    const refusal = refusalOf(() => parse(local));
    expect([refusal?.code, refusal?.at]).toEqual(['FIELD_INVALID', `${FILE}#/affidavit`]);
  });
});

describe('two signers are one workflow on two refs', () => {
  const issuer = 'https://token.actions.githubusercontent.com';
  const workflow = 'https://github.com/o/r/.github/workflows/e.yaml';
  const on = (identity: string) => ({ identity, issuer, rekorLogIndex: undefined });
  const main = on(`${workflow}@refs/heads/main`);
  it.each([
    [on(`${workflow}@refs/heads/other`), true],
    [on(`${workflow}@refs/tags/v1`), true],
    [main, false],
    [on(workflow), false],
    [on('https://github.com/o/r/.github/workflows/f.yaml@refs/heads/other'), false],
    [{ ...on(`${workflow}@refs/heads/other`), issuer: 'https://other' }, false],
    [on('you@example.com'), false],
  ])('%j: %s', (other, expected) => {
    expect(isOtherRef(main, other)).toBe(expected);
  });
});
