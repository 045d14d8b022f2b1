// What became of a summary of a verification: schemas/summary-report.schema.json. It is never the report of evidence.
import { timestampOf } from '../document/time.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import type { SummaryReport } from '../summary/verify-summary.ts';
import type { Tool } from '../tool.ts';
import { faultJson, policyJson, present, rootJson, signatureJson, signerJson } from './json.ts';
import type { FaultJson, VerificationJson } from './report-json.ts';

const LIMIT_OF_SUMMARY =
  'A summary is the word of its verifier. Nothing of the evidence was read or recomputed here.';

/** `passed`: whoever may say so says PASSED. It is never called verified: nothing was recomputed. */
export type Answer = 'passed' | 'failed' | 'invalid' | 'undecided';

export interface SummaryReportJson extends Pick<
  VerificationJson,
  'signer' | 'signature' | 'pinned' | 'policy' | 'clock' | 'root' | 'repeat'
> {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Tool;
  readonly answer: Answer;
  readonly exitCode: number;
  readonly recomputed: false;
  readonly said?: SaidJson | undefined;
  readonly checks: readonly SummaryCheckJson[];
  readonly sandbox: boolean;
  readonly weakened: readonly string[];
  readonly findings: readonly FaultJson[];
  readonly limitOfTrust: string;
  readonly source: string;
}

/** What the summary says, whether or not anybody has to believe it. */
export interface SaidJson {
  readonly predicateType: string;
  readonly verifier: string;
  readonly result: 'PASSED' | 'FAILED';
  readonly time?: string | undefined;
  readonly resourceUri?: string | undefined;
  readonly subjects: readonly { readonly name: string; readonly digest: string }[];
  readonly policies: readonly { readonly uri?: string; readonly digest?: string }[];
  readonly properties: readonly string[];
}

export interface SummaryCheckJson {
  readonly name: string;
  readonly outcome: string;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
  readonly faults: readonly FaultJson[];
}

const ANSWERS = {
  verified: 'passed',
  failed: 'failed',
  invalid: 'invalid',
  undecided: 'undecided',
  unjudged: 'undecided',
} as const satisfies Record<SummaryReport['verdict'], Answer>;

/** @param call the input as the user named it, and the words that make the report again */
export function summaryReportJson(
  report: SummaryReport,
  { source, repeat }: { readonly source: string; readonly repeat?: readonly string[] | undefined },
): SummaryReportJson {
  const { signature, policy, now, root, summary } = report;
  return present({
    schemaVersion: SCHEMA_VERSION,
    tool: { ...report.tool },
    answer: ANSWERS[report.verdict],
    exitCode: report.exitCode,
    recomputed: false,
    said: summary && saidJson(summary),
    checks: report.checks.map((check) => ({ ...check, faults: check.faults.map(faultJson) })),
    signer: signature.state === 'verified' ? signerJson(signature.proof.signer) : undefined,
    signature: signatureJson(report),
    pinned: report.pinned,
    policy: policy?.file && policyJson(policy.file, policy.entry),
    clock: now && timestampOf(now),
    sandbox: root.sandbox,
    weakened: report.weakened,
    root: rootJson(root),
    findings: report.findings.map(faultJson),
    limitOfTrust: LIMIT_OF_SUMMARY,
    source,
    repeat,
  });
}

function saidJson(summary: NonNullable<SummaryReport['summary']>): SaidJson {
  const { predicateType, verifier, result, time, resourceUri, subjects, policies } = summary;
  return present({
    ...{ predicateType, verifier, result, resourceUri },
    time: time && timestampOf(time),
    subjects: subjects.map(({ name, digest }) => ({ name, digest })),
    policies: policies.map(({ uri, digest }) => ({
      ...(uri !== undefined && { uri }),
      ...(digest !== undefined && { digest }),
    })),
    properties: summary.properties,
  });
}
