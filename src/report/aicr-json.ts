// The JSON of `aicr evidence verify --format json`, for scripts that read that. docs/aicr.md says what differs.

import type { CheckResult } from '../attestation/check-log.ts';
import type { Verdict } from '../attestation/verdict.ts';
import { isDataList, isDataMap, Plain, type Data, type Json } from '../document/data.ts';
import { timestampOf } from '../document/time.ts';
import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import type { Fault } from '../errors/evidence-error.ts';
import type { ErrorClass } from '../errors/meaning.ts';
import type { Pointer } from '../evidence/pointer/pointer.ts';
import { POINTER_CHECK, type CheckName } from '../evidence/verify/checks.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import { quote } from '../quote.ts';
import { isKeySigner } from '../trust/trust.ts';
import { present, type JsonObject } from './json.ts';

/** AICR's steps, the class of what fails in each, and the checks of ours that are made in it. */
const STEPS: readonly (readonly [name: string, cause: string, checks: readonly CheckName[]])[] = [
  ['materialize-bundle', 'integrity', ['archive-is-safe']],
  [
    'signature-verify',
    'signature',
    ['signature-is-valid', 'signer-is-allowed', 'signed-after-run'],
  ],
  ['predicate-parse', 'schema', ['statement-is-evidence', POINTER_CHECK]],
  // And all that are in no other step.
  ['manifest-hash-check', 'integrity', []],
  ['render-summary', 'unknown', ['cluster-fits-recipe', 'constraints-hold', 'phases-are-green']],
];
const [, SIGNATURE, , INVENTORY, SUMMARY] = STEPS;

type Step = (typeof STEPS)[number];

function stepOf(name: CheckName): Step | undefined {
  return STEPS.find(([, , checks]) => checks.includes(name)) ?? INVENTORY;
}

export function aicrJson(report: VerificationReport, pointer: Pointer | undefined): JsonObject {
  const { checks, claimed, exitCode, signature, source } = report;
  const isRefused = checks.some(
    ({ name, outcome }) => stepOf(name) === SIGNATURE && outcome === 'failed',
  );
  const isRead = claimed !== undefined && !isRefused;
  return present({
    input: inputOf(report, pointer),
    pointer: pointer && pointerJson(pointer),
    predicate: isRead ? jsonOf(report.predicate) : undefined,
    signer: isRefused ? undefined : signerJson(report),
    recipeName: isRead ? report.facts.recipe?.name : undefined,
    bundleDigest: source?.digest,
    steps: STEPS.map((step, index) => stepJson(index + 1, step, report)),
    exit: exitCode,
    pending: signature.state === 'absent' ? true : undefined,
    failureCause: exitCode > 1 ? causeOf(report) : undefined,
  });
}

function inputOf({ source }: VerificationReport, pointer: Pointer | undefined): string {
  if (pointer !== undefined) return 'pointer';
  return source === undefined ? 'dir' : 'oci';
}

/** What AICR's report says of an error that ended the command: there is no step that was made. */
export function aicrErrorJson(exit: number, fault: Fault): JsonObject {
  const failureCause = causeJson(CAUSES.get(ERROR_CATALOGUE[fault.code][0]) ?? 'schema', fault);
  return { input: '', steps: [], exit, failureCause };
}

/** Of what has nothing to do with a step. */
const CAUSES: ReadonlyMap<ErrorClass | Verdict, string> = new Map([
  ['unjudged', 'transient'],
  ['interrupted', 'canceled'],
  ['usage', 'unknown'],
  ['internal', 'unknown'],
]);

/** The first fault that decides. */
function causeOf({ checks, verdict }: VerificationReport): JsonObject | undefined {
  for (const { name, faults } of checks) {
    const fault = faults.find(({ code }) => ERROR_CATALOGUE[code][0] === verdict);
    if (fault !== undefined) return causeJson(CAUSES.get(verdict) ?? stepOf(name)?.[1], fault);
  }
  return undefined;
}

function causeJson(cause: string | undefined, fault: Fault): JsonObject {
  return { class: cause ?? 'unknown', detail: detailOf(fault), hint: fault.hint };
}

function detailOf({ code, at, found, expected }: Fault): string {
  const place = at === undefined ? '' : ` at ${at}`;
  return `${code} ${ERROR_CATALOGUE[code][1]}${place}: found ${found}, expected ${expected}`;
}

function stepJson(number: number, step: Step, { checks, facts }: VerificationReport): JsonObject {
  const own = checks.filter(({ name }) => stepOf(name) === step);
  const faults = own.flatMap((check) => check.faults);
  // Several checks may meet one fault, and each says it.
  const rows = new Map(
    faults.map(({ code, at = '', found }) => [
      `${code} ${at} ${found}`,
      { key: `${code} ${at}`, value: found },
    ]),
  );
  const details = [
    ...faults.slice(0, 1).map(detailOf),
    ...(step === SUMMARY ? claimedDetail(facts) : []),
  ];
  return present({
    step: number,
    name: step[0],
    status: statusOf(step, own),
    detail: details.length === 0 ? undefined : details.join('; '),
    subRows: rows.size === 0 ? undefined : [...rows.values()],
  });
}

/** Of a field that AICR does not have: exit 0 must not hide that something is only claimed. */
function claimedDetail({ onlyClaimed = [] }: VerificationReport['facts']): readonly string[] {
  if (onlyClaimed.length === 0) return [];
  return [`in part only claimed: ${onlyClaimed.map((name) => quote(name)).join(', ')}`];
}

/** What is not green is no failure of the verification. */
function statusOf(step: Step, checks: readonly CheckResult<CheckName>[]): string {
  const outcomes = new Set(checks.map(({ outcome }) => outcome));
  if (outcomes.has('failed')) return step === SUMMARY ? 'informational' : 'failed';
  return outcomes.has('skipped') || outcomes.has('not-reached') ? 'skipped' : 'passed';
}

/** AICR has no word for a key. */
function signerJson({ signature }: VerificationReport): JsonObject | undefined {
  if (signature.state !== 'verified' || isKeySigner(signature.proof.signer)) return undefined;
  const { signer, logEntries } = signature.proof;
  const { subject: identity, issuer } = signer;
  return present({ identity, issuer, rekorLogIndex: indexJson(logEntries[0]?.index) });
}

/** For AICR the index 0 is none. */
function indexJson(index: string | undefined): number | undefined {
  return index === undefined || index === '0' ? undefined : Number(index);
}

function pointerJson(pointer: Pointer): JsonObject {
  const { recipe, profile, artifact, predicateType, signer, attestedAt } = pointer;
  const { oci = '', digest = '' } = artifact ?? {};
  const attestation = present({
    bundle: { oci, digest, predicateType },
    signer: signer && present({ ...signer, rekorLogIndex: indexJson(signer.rekorLogIndex) }),
    attestedAt: timestampOf(attestedAt),
  });
  return present({ schemaVersion: '1.0.0', recipe, profile, attestations: [attestation] });
}

/** The fields of AICR's types, in the order in which they stand there; others, e.g. `affidavit`, it does not show. */
const FIELDS = [
  ...['schemaVersion', 'attestedAt', 'aicrVersion', 'aicrCommit', 'validatorCatalogVersion'],
  ...['validatorImages', 'image', 'recipe', 'name', 'fingerprint', 'service', 'accelerator'],
  ...['gpuModel', 'os', 'k8sVersion', 'region', 'nodeCount', 'gpuNodeCount', 'value'],
  ...['criteriaMatch', 'matched', 'perDimension', 'dimension', 'recipeRequires'],
  ...['fingerprintProvides', 'match', 'intent', 'platform', 'nodes', 'phases', 'conformance'],
  ...['deployment', 'performance', 'passed', 'failed', 'skipped', 'ctrfDigest', 'bom', 'format'],
  ...['policy', 'version', 'source', 'note', 'digest', 'imageCount', 'manifest', 'fileCount'],
  ...['redaction', 'applied', 'profile', 'selection', 'advertiser', 'policyDescriptorIdentity'],
];

function jsonOf(data: Data | undefined): Json {
  if (data instanceof Plain) return scalarJson(data);
  if (isDataList(data)) return data.map((item) => jsonOf(item));
  if (!isDataMap(data)) return data ?? null;
  const fields = FIELDS.filter((name) => data.has(name));
  return Object.fromEntries(fields.map((name) => [name, jsonOf(data.get(name))]));
}

function scalarJson({ type, text }: Plain): Json {
  if (type === 'null') return null;
  return type === 'boolean' ? text === 'true' : Number(text);
}
