// A kind of signed thing that is unlike recipe evidence on purpose: two parts in an archive whose paths
// have blanks, two attestations that must have one signer, one of them from outside the archive.
import type { ReceivedFiles } from '../../src/archive/entry.ts';
import type { CheckLog, Outcome } from '../../src/attestation/check-log.ts';
import type { Judged, Kind, Received } from '../../src/attestation/kind.ts';
import { onlySigner, openAttestation } from '../../src/attestation/open-attestation.ts';
import type { Attestation, Judges, Opened } from '../../src/attestation/open-attestation.ts';
import type { BundlePath } from '../../src/bundle-path.ts';
import type { Fault } from '../../src/errors/fault.ts';
import { sha256Of } from '../../src/statement/statement.ts';
import type { ReceivedStatement } from '../../src/statement/statement.ts';

export const INSIDE = 'SEAL OF THE PACKER';
export const OUTSIDE = 'auditor.sigstore.json';
export const PACKED_TYPE = 'https://example.com/packed/v1';
export const AUDITED_TYPE = 'https://example.com/audited/v1';
const MAX_ATTESTATION_BYTES = 50_000;

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

export const PARCEL: Kind<ParcelCheck, ParcelFound> = {
  layout: {
    isPath: isParcelPath,
    pathRule: 'words in capital letters',
    maxEntries: 3,
    required: [],
    incompleteHint: 'pack the parcel again',
    unlisted: [],
    documentLimit: (path) => (path === INSIDE ? MAX_ATTESTATION_BYTES : undefined),
  },
  checks: CHECKS,
  archiveCheck: 'parcel-is-safe',
  signatureChecks: ['packer-signed', 'packer-is-allowed', 'auditor-signed', 'auditor-is-packer'],
  nothingFound: { parts: [] },
  judge,
};

function judge(
  log: CheckLog<ParcelCheck>,
  { files, outside }: Received,
  judges: Judges,
): Judged<ParcelFound> {
  const packed = openAttestation(
    log,
    attestation(INSIDE, files.get(INSIDE)?.bytes, PACKED_TYPE, 'packer'),
    judges,
    partsOf,
  );
  const audited = openAttestation(
    log,
    attestation(OUTSIDE, outside.get(OUTSIDE), AUDITED_TYPE, 'auditor'),
    { trust: judges.trust, policy: onlySigner(packed.signature) },
    partsOf,
  );
  return {
    signature: packed.signature,
    found: { parts: compareParts(log, files, [packed, audited]) },
    findings: [],
  };
}

function attestation(
  name: string,
  bytes: Uint8Array | undefined,
  predicateType: string,
  who: 'packer' | 'auditor',
): Attestation<ParcelCheck> {
  return {
    file: { name, maxBytes: MAX_ATTESTATION_BYTES },
    bytes,
    copy: undefined,
    statement: { file: name, predicateTypes: [predicateType], hint: 'sign the parcel again' },
    checks: {
      signature: `${who}-signed`,
      signer: who === 'packer' ? 'packer-is-allowed' : 'auditor-is-packer',
      statement: `${who}-statement`,
    },
  };
}

function partsOf(statement: ReceivedStatement): Outcome<readonly string[]> {
  const parts = statement.subjects.map(
    (subject) => `${subject.name} ${sha256Of(subject, 'sign the parcel again')}`,
  );
  return { value: parts, found: `${parts.length} parts`, expected: 'the parts' };
}

function compareParts(
  log: CheckLog<ParcelCheck>,
  files: ReceivedFiles,
  opened: readonly Opened<readonly string[]>[],
): readonly string[] {
  const computed = [...files.values()]
    .filter(({ path }) => path !== INSIDE)
    .map(({ path, digest }) => `${path} ${digest.slice('sha256:'.length)}`);
  const claims = opened.flatMap(({ statement }) => (statement === undefined ? [] : [statement]));
  if (claims.length < opened.length) return [];
  const faults = claims
    .filter((claimed) => claimed.join('\n') !== computed.join('\n'))
    .map((claimed): Fault => ({
      code: 'FILE_DIFFERS',
      at: '',
      found: computed.join(', '),
      expected: claimed.join(', '),
      hint: 'get the parcel as it was signed',
    }));
  const value = { value: computed, found: computed.join(', '), expected: 'the subjects', faults };
  return log.note('parts-are-subjects', () => value) ?? [];
}
