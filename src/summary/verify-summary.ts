// The kind of signed thing that is a summary of a verification: whose word it is, and what it says. It shows none of the
// evidence, so nothing of that is judged. docs/format.md §16
import type { Entry, Layout } from '../archive/entry.ts';
import type { Kind } from '../attestation/kind.ts';
import { verify, type Verification, type VerifyOptions } from '../attestation/verify.ts';
import type { BundlePath } from '../bundle-path.ts';
import { isDataMap, type DataMap } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { timestampOf } from '../document/time.ts';
import { unlessRefused, type Fault } from '../errors/evidence-error.ts';
import { MAX_SIGSTORE_BUNDLE_BYTES } from '../limits.ts';
import { policyOfVerifiers } from '../policy/policy.ts';
import { counted } from '../sentence.ts';
import { limitOfEntry } from './limit-of-entry.ts';
import { SUMMARY_TYPES, parseSummary, type ReceivedSummary } from './parse-summary.ts';

/** In the order of the report. */
const SUMMARY_CHECKS = [
  'nothing-beside-summary',
  'signature-is-valid',
  'statement-is-summary',
  'signer-is-verifier',
  'result-is-passed',
] as const;

export type SummaryCheck = (typeof SUMMARY_CHECKS)[number];

export interface SummaryFound {
  /** Undefined if it could not be read. */
  readonly summary: ReceivedSummary | undefined;
}

/** What became of a summary. `verified`: whoever may say so says PASSED. */
export type SummaryReport = Verification<SummaryCheck> & SummaryFound;

/** A file, as the user named it. */
export interface SummaryFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Verifies a summary by the `verifiers` of the policy; who may sign evidence may not say by that that it was verified.
 * Without the evidence nothing of it can be recomputed.
 */
export async function verifySummary(
  { name, bytes }: SummaryFile,
  options: Omit<VerifyOptions, 'allowUnsigned'>,
): Promise<SummaryReport> {
  const { policy, trust, now, tool } = options;
  const rules = { trust, now, tool, policy: policyOfVerifiers(policy) };
  const isUnsigned = summaryForm(bytes) === 'statement';
  const outside = isUnsigned ? new Map<string, Uint8Array>() : new Map([[name, bytes]]);
  return await verify(summaryKind(name), nothing(), rules, outside);
}

/** What a file looks like, which decides nothing: a statement that nobody signed, or a signed one; undefined: no summary. */
export function summaryForm(bytes: Uint8Array): 'statement' | 'bundle' | undefined {
  if (bytes.length > MAX_SIGSTORE_BUNDLE_BYTES) return undefined;
  const top = mapIn(bytes);
  if (isSummary(top)) return 'statement';
  const envelope = top?.get('dsseEnvelope');
  const payload = isDataMap(envelope) ? envelope.get('payload') : undefined;
  if (typeof payload !== 'string') return undefined;
  return isSummary(mapIn(Buffer.from(payload, 'base64'))) ? 'bundle' : undefined;
}

function isSummary(map: DataMap | undefined): boolean {
  const type = map?.get('predicateType');
  return typeof type === 'string' && SUMMARY_TYPES.includes(type);
}

function mapIn(bytes: Uint8Array): DataMap | undefined {
  const data = unlessRefused(() => decodeJson(bytes, 'summary'));
  return isDataMap(data) ? data : undefined;
}

/** There is no archive. */
async function* nothing(): AsyncGenerator<Entry, void> {}

/** No archive belongs to it. */
const LAYOUT: Layout = {
  isPath: (text): text is BundlePath => text === '' && false,
  pathRule: 'no file beside the summary',
  maxEntries: 0,
  maxFileBytes: 0,
  maxBytes: 0,
  required: [],
  incompleteHint: () => '',
  unlisted: [],
  documentLimit: () => undefined,
};

function summaryKind(name: string): Kind<SummaryCheck, ReceivedSummary, SummaryFound> {
  const [, signature, statement, signer, result] = SUMMARY_CHECKS;
  return {
    layout: LAYOUT,
    checks: SUMMARY_CHECKS,
    attestations: [
      {
        file: { name, maxBytes: MAX_SIGSTORE_BUNDLE_BYTES },
        from: 'outside',
        copy: undefined,
        statement: {
          file: name,
          predicateTypes: SUMMARY_TYPES,
          subjects: 'at least one',
          hint: 'name a summary of a verification',
        },
        checks: { signature, signer, statement },
        next: NEXT,
        read: (received) => {
          const value = parseSummary(received);
          const found = `${value.result}, about ${counted(value.subjects.length, 'subject')}`;
          return { value, found, expected: 'a summary of a verification', faults: [] };
        },
      },
    ],
    signatureChecks: [],
    nothingFound: () => ({ summary: undefined }),
    nameOf: ({ summary }) => recipeOf(summary),
    limitOf: ({ summary }, entry, now) =>
      summary && limitOfEntry(entry, { file: name, summary, now }),
    recompute: (log, { opened: [{ statement: summary }] }) => {
      log.note(result, () => passed(name, summary));
      return { found: { summary }, findings: [] };
    },
  };
}

const NEXT = {
  unsigned: 'have the verifier sign it: affidavit verify-evidence --emit-vsa FILE --sign',
  named: 'an entry of "verifiers" in the file of --policy',
  name: 'add an entry for it to "verifiers" of the policy, with the "verifierIds" that it may use',
} as const;

/** The recipe that it is about; undefined if it is about none, or several. */
function recipeOf(summary: ReceivedSummary | undefined): string | undefined {
  const names = summary?.subjects.filter(({ name }) => name.startsWith(RECIPE)) ?? [];
  const [first, ...others] = names.map(({ name }) => name.slice(RECIPE.length));
  return others.length === 0 ? first : undefined;
}

const RECIPE = 'recipe:';

function passed(
  file: string,
  { result, verifier, time }: ReceivedSummary,
): { readonly found: string; readonly expected: string; readonly faults: readonly Fault[] } {
  const when = time === undefined ? '' : ` of ${timestampOf(time)}`;
  const found = `${result}${when}`;
  const expected = 'PASSED';
  if (result === 'PASSED') return { found, expected, faults: [] };
  const hint = `ask the verifier ${verifier} why; or verify the evidence itself`;
  return {
    found,
    expected,
    faults: [{ code: 'SUMMARY_NOT_PASSED', at: file, found, expected, hint }],
  };
}
