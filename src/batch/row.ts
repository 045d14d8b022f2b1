import { ENDING_EXIT_CODES, WORST_FIRST } from '../attestation/verdict.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { shorten } from '../quote.ts';
import { isProven } from '../report/proven.ts';
import type {
  ErrorJson,
  FaultJson,
  FingerprintJson,
  ListedRow,
  Outcome,
  VerificationJson,
} from '../report/report-json.ts';
import { nameOf } from '../report/subject.ts';
import { counted } from '../sentence.ts';

/** What the summary wants to know of one report besides. */
export interface Row extends ListedRow {
  readonly manifestDigest?: string | undefined;
  /** Each code once, with what to do; undefined if not all of them say the same. */
  readonly problems: readonly { readonly code: ErrorCode; readonly next: string | undefined }[];
  /** Equal for copies: of one manifest, with one signature. */
  readonly copy: string;
  readonly root?: string | undefined;
  readonly policy?: string | undefined;
  readonly tool?: string | undefined;
}

/** One that no report has is a bug. */
export function outcomeOf(exitCode: number): Outcome {
  return WORST_FIRST.find((ending) => ENDING_EXIT_CODES[ending] === exitCode) ?? 'internal';
}

/** @param path as the user named it, or found */
export function rowOf(report: VerificationJson | ErrorJson, path: string): Row {
  if ('error' in report) {
    const { error, exitCode } = report;
    const nothing = { proven: false, unsigned: false, sandbox: false, weakened: [] };
    const problems = problemsOf([error]);
    const codes = [error.code];
    return { path, outcome: outcomeOf(exitCode), codes, problems, copy: path, ...nothing };
  }
  const { bundle, recipe, signer, signature, root, policy, checks, sandbox, weakened } = report;
  const outcome = outcomeOf(report.exitCode);
  const problems = problemsOf(checks.flatMap(({ faults }) => faults));
  return {
    ...{ path, outcome, sandbox, weakened },
    problems,
    codes: problems.map(({ code }) => code),
    recipe: recipe && `${recipe.name} ${recipe.digest.slice(0, 12)}`,
    cluster: report.fingerprint && clusterOf(report.fingerprint),
    signer: signer && nameOf(signer),
    signedAt: signature.state === 'verified' ? signature.signedAt : undefined,
    manifestDigest: bundle?.manifestDigest,
    copy: bundle === undefined ? path : JSON.stringify([bundle.manifestDigest, signature]),
    proven: isProven(report),
    unsigned: signature.state === 'absent',
    root: root.digest,
    policy: policy?.digest,
    tool: `${report.tool.name} ${report.tool.version}`,
  };
}

/** Characters of what to do. */
const MAX_NEXT = 500;

function problemsOf(faults: readonly FaultJson[]): Row['problems'] {
  const codes = new Map<ErrorCode, string | undefined>();
  for (const { code, hint } of faults) {
    const next = shorten(hint, MAX_NEXT);
    codes.set(code, codes.has(code) && codes.get(code) !== next ? undefined : next);
  }
  return [...codes].map(([code, next]) => ({ code, next }));
}

/** As far as the snapshot shows it. */
function clusterOf(facts: FingerprintJson): string | undefined {
  const { service, accelerator, os, k8sVersion, region, nodeCount, gpuNodeCount } = facts;
  const nodes = nodeCount.value === 0 ? '' : counted(nodeCount.value, 'node');
  const ofNodes = nodes === '' ? '' : ` of ${nodes}`;
  const shown = [
    service.value,
    ...(gpuNodeCount.value === 0
      ? [accelerator.value, nodes]
      : [`${accelerator.value || 'GPUs'} on ${gpuNodeCount.value}${ofNodes}`]),
    k8sVersion.value && `Kubernetes ${k8sVersion.value}`,
    os.value && `${os.value} ${os.version ?? ''}`.trim(),
    region.value,
  ].filter((text) => text !== '');
  return shown.length === 0 ? undefined : shown.join(', ');
}
