import { collectFiles } from '../../archive/collect.ts';
import type { Entry, ReceivedFiles } from '../../archive/entry.ts';
import type { Outcome } from '../../attestation/check-log.ts';
import { CheckLog, Stopped } from '../../attestation/check-log.ts';
import type { CheckName } from '../../attestation/check.ts';
import { verdictOf } from '../../attestation/verdict.ts';
import { digestOf } from '../../digest.ts';
import { decodeJson } from '../../document/json.ts';
import { timestampOf } from '../../document/time.ts';
import type { Fault } from '../../errors/fault.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { inventoryFaults, parseManifest } from '../../manifest/manifest.ts';
import type { Policy } from '../../policy/policy.ts';
import { parseStatement } from '../../statement/statement.ts';
import type { Tool } from '../../tool.ts';
import type { Trust } from '../../trust/trust.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { EVIDENCE_LAYOUT, MANIFEST_FILE, STATEMENT_FILE } from '../layout.ts';
import { checkSignature, checkSignedAfterRun } from './check-signature.ts';
import { documentOf } from './document-of.ts';
import { formatFindings } from './format-findings.ts';
import { recompute } from './recompute.ts';
import type { VerificationReport } from './verification-report.ts';

export interface VerifyOptions {
  readonly trust: Trust;
  /** Who may sign; undefined if the caller did not say, and then the verdict is never `verified`. */
  readonly policy: Policy | undefined;
  /** Judge evidence without a signature as if its signer were pinned. */
  readonly allowUnsigned: boolean;
  readonly tool: Tool;
}

/** What has been seen so far; a stopped line shows as much as it reached. */
type Seen = {
  -readonly [Name in keyof VerificationReport]?: VerificationReport[Name];
};

/**
 * Verifies one bundle in one pass over its entries. Reads no file, clock or network: everything
 * that decides the verdict is an argument. Whatever is wrong with the bundle is in the report; only
 * a bug is thrown.
 */
export async function verifyEvidence(
  entries: AsyncIterable<Entry>,
  options: VerifyOptions,
): Promise<VerificationReport> {
  const log = new CheckLog();
  const seen: Seen = {};
  try {
    const files = await log.runAsync('archive-is-safe', async () => await receive(entries));
    const signature = checkSignature(log, files, options);
    seen.signature = signature;
    const proof = signature.state === 'verified' ? signature.proof : undefined;
    const predicate = log.run('statement-is-evidence', () =>
      signedStatement(files, proof?.payload),
    );
    checkSignedAfterRun(log, proof, predicate);
    seen.claimed = claimedOf(predicate);
    const manifest = log.run('manifest-matches-statement', () => signedManifest(files, predicate));
    seen.manifestDigest = predicate.manifest.digest;
    log.note('files-match-manifest', () => listedFiles(files, manifest));
    const { facts, findings } = recompute(log, files, predicate);
    seen.facts = facts;
    seen.findings = [...formatFindings(manifest, predicate), ...findings];
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  return reportOf(log, seen, options);
}

async function receive(entries: AsyncIterable<Entry>): Promise<Outcome<ReceivedFiles>> {
  const files = await collectFiles(entries, EVIDENCE_LAYOUT);
  documentOf(files, MANIFEST_FILE);
  documentOf(files, STATEMENT_FILE);
  const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  return {
    value: files,
    found: `${files.size} files, ${bytes} bytes`,
    expected: 'regular files with safe, unique names within the limits',
  };
}

/** The statement is read from the bytes that were signed; the copy beside them must be the same. */
function signedStatement(
  files: ReceivedFiles,
  payload: Uint8Array | undefined,
): Outcome<ReceivedPredicate> {
  const copy = documentOf(files, STATEMENT_FILE);
  const faults: readonly Fault[] =
    payload === undefined || Buffer.from(payload).equals(copy)
      ? []
      : [
          {
            code: 'STATEMENT_DIFFERS',
            at: STATEMENT_FILE,
            found: digestOf(copy),
            expected: `${digestOf(payload)}, which was signed`,
            hint: `ask the signer for the bundle as it was signed`,
          },
        ];
  const predicate = parseStatement(payload ?? copy, STATEMENT_FILE);
  const { name, digest } = predicate.recipe;
  return {
    value: predicate,
    found: `recipe evidence v3 for ${name}, ${digest.slice(0, 12)}`,
    expected: 'an in-toto statement v1 about one recipe, with every field',
    faults,
  };
}

function signedManifest(files: ReceivedFiles, predicate: ReceivedPredicate): Outcome<Manifest> {
  const bytes = documentOf(files, MANIFEST_FILE);
  const digest = digestOf(bytes);
  const hint = 'ask the signer for the bundle as it was signed';
  const claimed = predicate.manifest;
  if (digest !== claimed.digest) {
    const fault: Fault = {
      code: 'MANIFEST_DIFFERS',
      at: MANIFEST_FILE,
      found: digest,
      expected: `${claimed.digest}, which the statement names`,
      hint,
    };
    return { value: { newer: false, files: [] }, found: '', expected: '', faults: [fault] };
  }
  const manifest = parseManifest(decodeJson(bytes, MANIFEST_FILE), MANIFEST_FILE, EVIDENCE_LAYOUT);
  const faults: readonly Fault[] =
    claimed.fileCount === manifest.files.length
      ? []
      : [
          {
            code: 'MANIFEST_DIFFERS',
            at: `${claimed.at}/fileCount`,
            found: String(claimed.fileCount),
            expected: `${manifest.files.length}, as the manifest lists`,
            hint,
          },
        ];
  return { value: manifest, found: digest, expected: 'the digest in the statement', faults };
}

function listedFiles(files: ReceivedFiles, manifest: Manifest): Outcome<undefined> {
  return {
    value: undefined,
    found: `${manifest.files.length} files with their size and digest`,
    expected: 'every listed file as it was, and no other',
    faults: inventoryFaults(manifest, files, EVIDENCE_LAYOUT),
  };
}

function claimedOf(predicate: ReceivedPredicate): NonNullable<VerificationReport['claimed']> {
  const { aicrVersion, validatorCatalogVersion, validatorImages, redaction } = predicate;
  return {
    attestedAt: timestampOf(predicate.attestedAt),
    aicrVersion,
    validatorCatalogVersion,
    validatorImages,
    redaction,
  };
}

/** What `--allow-unsigned` gives up, and only if there is no signature. */
const SIGNATURE_CHECKS: ReadonlySet<CheckName> = new Set<CheckName>([
  'signature-is-valid',
  'signer-is-allowed',
  'signed-after-run',
]);

function reportOf(log: CheckLog, seen: Seen, options: VerifyOptions): VerificationReport {
  const { trust, policy, allowUnsigned, tool } = options;
  const checks = log.results();
  const signature = seen.signature ?? { state: 'not-verified' };
  const waives = signature.state === 'absent' && allowUnsigned;
  return {
    facts: {},
    findings: [],
    ...seen,
    tool,
    verdict: verdictOf(checks, waives ? SIGNATURE_CHECKS : new Set()),
    checks,
    root: trust.root,
    signature,
    pinned: policy !== undefined,
    weakened: waives ? ['--allow-unsigned'] : [],
  };
}
