// A verification of evidence as a summary for others: `--emit-vsa` and `--emit-svr`. docs/format.md §16
import { digestOf } from '../digest.ts';
import type { Json } from '../document/data.ts';
import { subjectName } from '../evidence/claim/evidence-statement.ts';
import { MANIFEST_FILE } from '../evidence/layout.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { policyText } from '../policy/policy-text.ts';
import type { Policy } from '../policy/policy.ts';
import {
  DETAILS_FIELD,
  UNWEAKENED_PROPERTY,
  VERIFIED_PROPERTY,
  WEAKENED_PROPERTY,
} from '../summary/encode-summary.ts';
import type { Resource, Summary } from '../summary/encode-summary.ts';
import { present, signerJson } from './json.ts';
import { isProven } from './proven.ts';
import type { RulesJson } from './report-json.ts';

export interface SummaryOptions {
  /** The policy by which it was verified. */
  readonly policy: Policy | undefined;
  /** What else it was verified by: each flag that can change a verdict, and its value. */
  readonly rules?: RulesJson | undefined;
  /** When it was verified. */
  readonly time: Date;
  /** A URI for who verified; by default that of this program. */
  readonly verifier?: string | undefined;
  /** Where the evidence is to be had; by default a name made of its digest. */
  readonly resource?: string | undefined;
}

/** Who says so if nobody else is named. */
const VERIFIER = 'urn:affidavit:verify-evidence';

/** Undefined if nothing was judged, or if nothing of the evidence could be named by a digest. */
export function summarise(
  report: VerificationReport,
  { policy, rules, time, verifier = VERIFIER, resource }: SummaryOptions,
): Summary | undefined {
  const subjects = subjectsOf(report);
  const first = subjects.find(({ name }) => name === MANIFEST_FILE) ?? subjects[0];
  if (report.verdict === 'unjudged' || first === undefined) return undefined;
  return {
    verifier: { id: verifier, versions: { [report.tool.name]: report.tool.version } },
    time,
    subjects,
    resourceUri: resource ?? `urn:affidavit:evidence:${first.digest}`,
    policy: resourceOf(policy),
    attestations: report.attestations,
    properties: isPassed(report) ? propertiesOf(report) : [],
    extensions: { [DETAILS_FIELD]: detailsOf(report, rules) },
  };
}

/** Nobody is asked to believe what a sandbox, or nobody who was named, has signed. Where safety was given up, PASSED has another property. */
function isPassed(report: VerificationReport): boolean {
  const { exitCode, root } = report;
  return exitCode === 0 && isProven({ ...report, sandbox: root.sandbox, weakened: [] });
}

/** The recipe, the bundle, and the artifact that holds it: those of which a digest is known. */
function subjectsOf({ facts, manifestReceived, source }: VerificationReport): Summary['subjects'] {
  const { recipe } = facts;
  return [
    ...(recipe === undefined ? [] : [{ ...recipe, name: subjectName(recipe.name) }]),
    ...(manifestReceived === undefined ? [] : [{ name: MANIFEST_FILE, digest: manifestReceived }]),
    ...(source === undefined ? [] : [{ name: source.registry, digest: source.digest }]),
  ];
}

function resourceOf(policy: Policy | undefined): Resource {
  const digest = policy?.file?.digest ?? digestOf(Buffer.from(policyText(policy)));
  return { uri: `urn:affidavit:policy:${digest}`, digest };
}

function propertiesOf({ checks, weakened }: VerificationReport): readonly string[] {
  const names = checks.map(({ name }) => `AFFIDAVIT_${name.toUpperCase().replaceAll('-', '_')}`);
  const verified =
    weakened.length === 0 ? [VERIFIED_PROPERTY, UNWEAKENED_PROPERTY] : [WEAKENED_PROPERTY];
  return [...verified, ...names];
}

function detailsOf(report: VerificationReport, rules: RulesJson | undefined): Json {
  const { verdict, exitCode, pinned, signature, root, weakened } = report;
  return present({
    ...{ schemaVersion: SCHEMA_VERSION, verdict, exitCode, pinned, weakened, rules },
    signer: signature.state === 'verified' ? { ...signerJson(signature.proof.signer) } : undefined,
    root: { digest: root.digest, sandbox: root.sandbox },
    notPassed: report.checks
      .filter(({ outcome }) => outcome !== 'passed')
      .map(({ name, outcome, faults }) => ({
        ...{ check: name, outcome },
        codes: [...new Set(faults.map(({ code }) => code))],
      })),
  });
}
