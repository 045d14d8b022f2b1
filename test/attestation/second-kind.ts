// A kind of signed thing that is unlike recipe evidence on purpose: parts in an archive whose paths have
// blanks, two attestations that must have one signer, one of them from outside the archive.
import type { Outcome } from '../../src/attestation/check-log.ts';
import type { AttestationSlot, Kind } from '../../src/attestation/kind.ts';
import type { BundlePath } from '../../src/bundle-path.ts';
import { sha256Of, type ReceivedStatement } from '../../src/statement/statement.ts';

export const INSIDE = 'SEAL OF THE PACKER';
export const OUTSIDE = 'auditor.sigstore.json';
export const PACKED_TYPE = 'https://example.com/packed/v1';
export const AUDITED_TYPE = 'https://example.com/audited/v1';
const MAX_ATTESTATION_BYTES = 50_000;
const HINT = 'sign the parcel again';

const CHECKS = [
  'parcel-is-safe',
  'packer-signed',
  'packer-is-allowed',
  'packer-statement',
  'auditor-signed',
  'auditor-is-packer',
  'auditor-statement',
  'parts-are-subjects',
] as const;

export type ParcelCheck = (typeof CHECKS)[number];

export interface ParcelFound {
  /** Name and SHA-256 of each part. */
  readonly parts: readonly string[];
}

/** Capital letters, digits and blanks: nothing that a bundle of recipe evidence could be called. */
function isParcelPath(text: string): text is BundlePath {
  return /^[A-Z]+(?: [A-Z0-9]+)*$/.test(text);
}

export const PARCEL: Kind<ParcelCheck, readonly string[], ParcelFound> = {
  layout: {
    isPath: isParcelPath,
    pathRule: 'words in capital letters',
    maxEntries: 3,
    maxFileBytes: MAX_ATTESTATION_BYTES,
    maxBytes: 2 * MAX_ATTESTATION_BYTES,
    required: [],
    incompleteHint: () => 'pack the parcel again',
    unlisted: [],
    documentLimit: (path) => (path === INSIDE ? MAX_ATTESTATION_BYTES : undefined),
  },
  checks: CHECKS,
  attestations: [
    slot(INSIDE, 'archive', PACKED_TYPE, {
      signature: 'packer-signed',
      signer: 'packer-is-allowed',
      statement: 'packer-statement',
    }),
    slot(OUTSIDE, 'outside', AUDITED_TYPE, {
      signature: 'auditor-signed',
      signer: 'auditor-is-packer',
      statement: 'auditor-statement',
    }),
  ],
  signatureChecks: [],
  nothingFound: () => ({ parts: [] }),
  nameOf: () => undefined,
  recompute: (log, { files, opened }) => {
    const parts = [...files.values()]
      .filter(({ path }) => path !== INSIDE)
      .map(({ path, digest }) => `${path} ${digest.slice('sha256:'.length)}`);
    const found = parts.join(', ');
    const faults = opened
      .map(({ statement }) => statement.join(', '))
      .filter((claimed) => claimed !== found)
      .map((expected) => ({ code: 'FILE_DIFFERS', at: '', found, expected, hint: HINT }) as const);
    log.note('parts-are-subjects', () => ({ found, expected: 'the subjects', faults }));
    return { found: { parts }, findings: [] };
  },
};

function slot(
  name: string,
  from: 'archive' | 'outside',
  predicateType: string,
  checks: AttestationSlot<ParcelCheck, readonly string[]>['checks'],
): AttestationSlot<ParcelCheck, readonly string[]> {
  return {
    file: { name, maxBytes: MAX_ATTESTATION_BYTES },
    from,
    copy: undefined,
    statement: {
      file: name,
      predicateTypes: [predicateType],
      subjects: 'at least one',
      hint: HINT,
    },
    checks,
    read: partsOf,
  };
}

function partsOf({ subjects }: ReceivedStatement): Outcome<readonly string[]> {
  const parts = subjects.map((subject) => `${subject.name} ${sha256Of(subject, HINT)}`);
  return { value: parts, found: `${parts.length} parts`, expected: 'the parts', faults: [] };
}
