import { admitFiles } from '../../archive/collect.ts';
import type { BundleFile, Entry, ReceivedFile } from '../../archive/entry.ts';
import { digestOf } from '../../digest.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { EvidenceError, faultOf, orIfRefused, type Fault } from '../../errors/evidence-error.ts';
import { INPUT_ERRORS } from '../../errors/input.ts';
import { MADE_AGAIN } from '../../place.ts';
import type { Trust } from '../../trust/trust.ts';
import { ATTESTATION, ATTESTATION_FILE, LOGS_LAYOUT } from '../layout.ts';
import type { NamedDocument, Validation } from '../validate/validate.ts';
import { REVEALED_CHECK } from '../verify/checks.ts';
import type { MappedOriginals } from '../verify/original-tap.ts';
import { verifyEvidence, verifyEvidenceFiles } from '../verify/verify-evidence.ts';
import type { VerificationReport } from '../verify/verify-evidence.ts';
import type { PackedEvidence } from './packed-evidence.ts';

/** A file that is packed, with its content if a verifier reads it. */
export interface PackedFile extends BundleFile {
  readonly bytes?: Uint8Array;
}

/** There is no attestation yet, so no trust is needed. */
const NO_TRUST: Trust = {
  root: { source: 'none', digest: digestOf(''), sandbox: false },
  weakened: [],
  verify: () => {
    throw new TypeError('files that are not signed yet have no attestation');
  },
};

/** Stands for the attestation among the files: its size is not known yet. */
const ATTESTATION_TO_COME: ReceivedFile = {
  path: ATTESTATION_FILE,
  size: ATTESTATION.maxBytes,
  digest: digestOf(''),
  bytes: undefined,
};

/**
 * Reads what is packed as a verifier will, before anybody signs it: a log keeps its entries for ever.
 * Evidence that is not green passes. What no signature could make valid does not. The snapshot, which may
 * be large, is not read a second time if it is what was validated.
 *
 * @returns of what a verifier will find, what only the packed files show
 * @throws EvidenceError what a verifier would refuse; INTERNAL if the files contradict each other
 */
export function requireVerifiable(
  files: readonly PackedFile[],
  { tool, ...known }: Pick<Validation, 'tool' | 'snapshot' | 'snapshotDigest'>,
  originals?: MappedOriginals,
): AsPacked {
  const received = files.map(({ path, size, digest, bytes }) => ({ path, size, digest, bytes }));
  const { checks, facts, findings, claimed } = verifyUnsigned(received, { tool, known, originals });
  const fault = refusedBy(checks);
  if (fault !== undefined) throw refusalOf(fault);
  const { bom, onlyClaimed } = facts;
  return {
    facts: { ...(bom && { bom }), ...(onlyClaimed && { onlyClaimed }) },
    findings: findings.filter(({ code }) => code === 'VALIDATOR_TAG_MUTABLE'),
    validatorImages: claimed?.validatorImages ?? 0,
  };
}

interface AsPacked extends Pick<PackedEvidence, 'findings' | 'validatorImages'> {
  readonly facts: Pick<VerificationReport['facts'], 'bom' | 'onlyClaimed'>;
}

/** The same of logs that are beside what is packed: of them only names and sizes are looked at. */
export function requireVerifiableLogs(logs: readonly BundleFile[]): void {
  const received = logs.map((log) => ({ ...log, bytes: undefined }));
  orIfRefused(
    () => admitFiles(received, LOGS_LAYOUT),
    (error) => {
      throw refusalOf(faultOf(error));
    },
  );
}

/** The first fault that no signature could make good. What is not green, or doubtful, is said and signed. */
export function refusedBy(checks: VerificationReport['checks']): Fault | undefined {
  const fault = checks
    .flatMap(({ faults }) => faults)
    .find(({ code }) => code !== 'UNSIGNED' && !isSaid(code));
  if (fault === undefined && checks.some(({ outcome }) => outcome === 'not-reached')) {
    throw new TypeError('a check that was not made, though none before it failed');
  }
  return fault;
}

/** A fault that a person reads and judges. */
export function isSaid(code: Fault['code']): boolean {
  return code !== 'UNSIGNED' && ['failed', 'undecided'].includes(ERROR_CATALOGUE[code][0]);
}

/** Judges files that nobody signed yet, with room for the attestation to come. */
export function verifyUnsigned(
  files: readonly ReceivedFile[],
  more: Partial<
    Pick<
      Parameters<typeof verifyEvidenceFiles>[1],
      'tool' | 'known' | 'originals' | 'maxRunSpan' | 'pointer'
    >
  > = {},
): VerificationReport {
  return verifyEvidenceFiles([...files, ATTESTATION_TO_COME], {
    trust: NO_TRUST,
    policy: undefined,
    allowUnsigned: true,
    ...more,
  });
}

/**
 * Reads revealed values as a verifier of the bundle will. Its signature is for the verifier to judge.
 *
 * @returns what the verifier will find
 * @throws EvidenceError what a verifier would refuse, e.g. OPENINGS_OTHER, REVEALED_DIFFERS (invalid)
 */
export async function requireRevealed(
  entries: AsyncIterable<Entry>,
  revealed: NamedDocument,
): Promise<string> {
  const options = { trust: NO_TRUST, policy: undefined, allowUnsigned: true, revealed };
  const { checks } = await verifyEvidence(unsignedOf(entries), options);
  const fault = refusedBy(checks);
  if (fault !== undefined) throw new EvidenceError(fault.code, fault);
  return checks.find(({ name }) => name === REVEALED_CHECK)?.found ?? '';
}

async function* unsignedOf(entries: AsyncIterable<Entry>): AsyncGenerator<Entry, void> {
  for await (const entry of entries) if (entry.path !== ATTESTATION_FILE) yield entry;
}

function refusalOf(fault: Fault): EvidenceError {
  if (!Object.hasOwn(INPUT_ERRORS, fault.code)) {
    return new EvidenceError('INTERNAL', {
      ...fault,
      found: `evidence that no verifier would accept: ${fault.code}, ${fault.found}`,
      hint: 'report this, with the inputs if you may; nothing was signed or written',
    });
  }
  const isLimit = fault.code === 'LIMIT_EXCEEDED';
  // It is being made just now.
  const fix = isLimit ? 'give fewer or smaller files' : fault.hint.replace(MADE_AGAIN, '');
  const hint = `${fix}; nothing was signed or written`;
  return new EvidenceError(fault.code, { ...fault, hint });
}
