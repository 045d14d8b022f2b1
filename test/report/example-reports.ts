import type { CheckResult } from '../../src/attestation/check-log.ts';
import { digestOfHex } from '../../src/digest.ts';
import type { Fault } from '../../src/errors/evidence-error.ts';
import type { PhaseCounts, PhaseResult, PhaseTest } from '../../src/evidence/phase/phase.ts';
import type { Facts, ValidationReport } from '../../src/evidence/validate/facts.ts';
import { CHECK_NAMES, OWN_RECIPE_CHECK, type CheckName } from '../../src/evidence/verify/checks.ts';
import type { VerificationReport } from '../../src/evidence/verify/verify-evidence.ts';
import { parseTemplate } from '../../src/policy/template.ts';
import { sentence } from '../../src/sentence.ts';
// Reports as the two commands make them; each differs from the good one in what its name says.
import type { Identity, Proof, ProvenTime } from '../../src/trust/trust.ts';

const TOOL = { name: 'affidavit', version: '0.1.0' };
const ROOT = {
  source: 'embedded public-good root',
  digest: digestOfHex('1b'.repeat(32)),
  sandbox: false,
  newest: new Date('2025-09-23T00:00:00Z'),
};
export const SIGNER = {
  identity: 'https://github.com/example/gpu-lab/.github/workflows/evidence.yaml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
};

const IN_WORKFLOW: Identity = {
  type: 'uri',
  subject: SIGNER.identity,
  issuer: SIGNER.issuer,
  claims: {},
};

function timeOf(text: string): Pick<ProvenTime, 'at' | 'moments'> {
  const at = new Date(text);
  return { at, moments: [at] };
}

const PROOF: Proof = {
  payload: new Uint8Array(),
  signer: IN_WORKFLOW,
  signedAt: new Date('2026-11-20T10:02:11.000Z'),
  times: [
    { source: 'timestamp authority', ...timeOf('2026-11-20T10:02:11.000Z') },
    { source: 'transparency log', ...timeOf('2026-11-20T10:02:12.000Z') },
  ],
  logEntries: [{ log: 'https://rekor.sigstore.dev', index: '123456789' }],
  weakened: [],
};

const IN_SANDBOX: Identity = {
  type: 'email',
  subject: 'demo@sandbox.invalid',
  issuer: 'http://127.0.0.1:8080',
  claims: {},
};

export function phaseResult(
  phase: PhaseResult['phase'],
  state: PhaseResult['state'],
  tests: readonly PhaseTest[],
): PhaseResult {
  const count = (status: PhaseTest['status']): number =>
    tests.filter((test) => test.status === status).length;
  const counts: PhaseCounts = {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    pending: count('pending'),
    other: count('other'),
  };
  return {
    phase,
    required: true,
    state,
    counts,
    flaky: tests.filter((test) => test.flaky !== undefined).length,
    checks: tests.map(({ name }) => name),
    missing: [],
    tests,
  };
}

export function ranTest(
  name: string,
  status: PhaseTest['status'] = 'passed',
  message?: string,
): PhaseTest {
  return { name, status, message };
}

const DEPLOYMENT = phaseResult('deployment', 'green', [
  ranTest('operator-health'),
  ranTest('expected-resources'),
  ranTest('gpu-operator-version'),
]);
const PERFORMANCE = phaseResult('performance', 'green', [ranTest('nccl-all-reduce-bw')]);
const CONFORMANCE = phaseResult('conformance', 'green', [
  ranTest('dra-support'),
  ranTest('gang-scheduling'),
  ranTest('cluster-autoscaling', 'skipped', 'no autoscaler in this cluster'),
]);

export const FACTS = {
  recipe: {
    name: 'h100-eks-ubuntu-training',
    digest: digestOfHex('c4'.repeat(32)),
    apiVersion: 'aicr.run/v1',
  },
  fingerprint: {
    service: { value: 'eks', source: 'k8s.node.provider' },
    accelerator: { value: 'h100', source: 'nodeTopology.label.nvidia.com/gpu.product' },
    gpuModel: { value: 'h100', source: 'gpu.hardware.model' },
    os: { value: 'ubuntu', version: '24.04', source: 'os.release' },
    k8sVersion: { value: '1.33.4', source: 'k8s.server.version' },
    region: { value: '', note: 'multi-region' },
    nodeCount: { value: 6, source: 'nodeTopology.summary.node-count' },
    gpuNodeCount: { value: 2, source: 'nodeTopology.label.nvidia.com/gpu.product' },
  },
  match: {
    matched: true,
    perDimension: [
      {
        dimension: 'service',
        recipeRequires: 'eks',
        fingerprintProvides: 'eks',
        match: 'matched',
      },
      {
        dimension: 'accelerator',
        recipeRequires: 'h100',
        fingerprintProvides: 'h100',
        match: 'matched',
      },
      {
        dimension: 'os',
        recipeRequires: 'ubuntu',
        fingerprintProvides: 'ubuntu',
        match: 'matched',
      },
      { dimension: 'intent', recipeRequires: 'training', match: 'unknown' },
      { dimension: 'platform', match: 'matched' },
      { dimension: 'nodes', fingerprintProvides: '6', match: 'matched' },
    ],
  },
  constraints: [
    constraint('K8s.server.version', '>= 1.32.4', '1.33.4'),
    constraint('OS.release.ID', 'ubuntu', 'ubuntu'),
    constraint('OS.release.VERSION_ID', '24.04', '24.04'),
    constraint('OS.sysctl./proc/sys/kernel/osrelease', '>= 6.8', '6.8.0'),
  ],
  phaseConstraints: [
    {
      phase: 'deployment',
      name: 'Deployment.gpu-operator.version',
      expected: '>= v24.6.0',
      figure: undefined,
      outcome: 'not-compared',
    },
    {
      phase: 'performance',
      name: 'nccl-all-reduce-bw',
      expected: '>= 300',
      figure: {
        value: 473.99,
        text: '473.99',
        unit: 'GB/s',
        tolerance: 10,
        test: 'nccl-all-reduce-bw',
      },
      outcome: 'holds',
    },
  ],
  phases: [DEPLOYMENT, PERFORMANCE, CONFORMANCE],
  bom: {
    format: 'CycloneDX',
    version: '1.6',
    digest: digestOfHex('e5'.repeat(32)),
    components: 38,
    images: 24,
  },
} as const satisfies Facts;

function constraint(name: string, expected: string, actual: string) {
  return {
    name,
    expected,
    actual,
    outcome: 'passed' as const,
    reason: undefined,
    severity: undefined,
    remediation: undefined,
  };
}

const FOUND: Readonly<
  Record<(typeof CHECK_NAMES)[number], readonly [found: string, expected: string]>
> = {
  'archive-is-safe': ['9 files, 20480 bytes', 'regular files within the limits'],
  'run-is-coherent': ['the snapshot and 3 phases', 'one run'],
  'signature-is-valid': ['a signature, 1 log entry, 2 times', 'a signature under the trusted root'],
  'signer-is-allowed': [`${SIGNER.identity}, ${SIGNER.issuer}`, 'the signer that was named'],
  'statement-is-evidence': ['recipe evidence v3', 'recipe evidence v3'],
  'signed-after-run': ['signed 131 seconds after the run', 'signed after the run'],
  'manifest-matches-statement': ['the digest that was signed', 'the digest that was signed'],
  'files-match-manifest': ['6 files', '6 files'],
  'redaction-matches-policy': [
    'nothing is redacted',
    'what the policy in the statement keeps, and nothing else',
  ],
  'recipe-matches-digest': ['the digest that was signed', 'the digest that was signed'],
  'fingerprint-matches-snapshot': ['8 dimensions as claimed', 'what the snapshot shows'],
  'constraints-match-claims': ['4 results as claimed', 'what recipe and snapshot show'],
  'phases-match-results': ['3 phases as claimed', 'what the reports show'],
  'bom-matches-claims': ['38 components', 'what recipe and snapshot name'],
  'cluster-fits-recipe': ['no mismatch', 'every demanded dimension'],
  'constraints-hold': ['4 of 4 hold', 'every constraint holds'],
  'phases-are-green': ['3 of 3 are green', 'every required phase is green'],
};

const PASSED: readonly CheckResult<CheckName>[] = CHECK_NAMES.map((name) => ({
  name,
  outcome: 'passed',
  found: FOUND[name][0],
  expected: FOUND[name][1],
  hint: '',
  faults: [],
}));

function withCheck(
  checks: readonly CheckResult<CheckName>[],
  name: CheckName,
  outcome: 'failed' | 'skipped',
  faults: readonly [Fault, ...Fault[]],
): readonly CheckResult<CheckName>[] {
  const { found, expected, hint } = faults[0];
  return checks.map((check) =>
    check.name === name ? { name, outcome, found, expected, hint, faults } : check,
  );
}

function notReachedAfter(
  checks: readonly CheckResult<CheckName>[],
  last: CheckName,
): readonly CheckResult<CheckName>[] {
  const index = checks.findIndex(({ name }) => name === last);
  return checks.map((check, position) =>
    position <= index
      ? check
      : {
          name: check.name,
          outcome: 'not-reached',
          found: 'not checked',
          expected: 'the checks before it to pass',
          hint: 'fix what failed above and verify again',
          faults: [],
        },
  );
}

export const VERIFIED: VerificationReport = {
  tool: TOOL,
  verdict: 'verified',
  exitCode: 0,
  checks: PASSED,
  root: ROOT,
  signature: { state: 'verified', proof: PROOF },
  attestations: [digestOfHex('7b'.repeat(32))],
  pinned: true,
  recipeCompared: false,
  weakened: [],
  manifestDigest: digestOfHex('9a'.repeat(32)),
  claimed: {
    attestedAt: '2026-11-20T10:00:00Z',
    predicateType: 'https://aicr.run/recipe-evidence/v3',
    aicrVersion: 'v0.13.2',
    aicrCommit: undefined,
    validatorCatalogVersion: '',
    validatorImages: 0,
    redaction: undefined,
    logs: undefined,
    artifact: undefined,
  },
  facts: FACTS,
  findings: [],
};

const FAILED_FACTS: Facts = {
  ...FACTS,
  constraints: [
    {
      ...FACTS.constraints[0],
      actual: '1.31.0',
      outcome: 'failed',
      reason: undefined,
      severity: 'error',
      remediation: 'Upgrade the control plane',
    },
    ...FACTS.constraints.slice(1, 3),
    {
      ...FACTS.constraints[3],
      actual: undefined,
      outcome: 'unevaluable',
      reason: 'the snapshot has no such value',
    },
  ],
  phases: [
    DEPLOYMENT,
    phaseResult('performance', 'red', [
      ranTest('nccl-all-reduce-bw', 'failed', 'bus bandwidth 212 GB/s,\nexpected 300 | see log'),
      ranTest('inference-perf', 'pending'),
    ]),
    { ...CONFORMANCE, state: 'red', missing: ['secure-accelerator-access'] },
  ],
};

export const FAILED: VerificationReport = {
  ...VERIFIED,
  verdict: 'failed',
  exitCode: 1,
  facts: FAILED_FACTS,
  checks: withCheck(
    withCheck(PASSED, 'constraints-hold', 'failed', [
      {
        code: 'CONSTRAINT_FAILED',
        at: 'recipe.yaml#/constraints/0',
        found: 'K8s.server.version "1.31.0"',
        expected: '">= 1.32.4"',
        hint: 'Upgrade the control plane',
        sentence: sentence`${'K8s.server.version'} is ${'1.31.0'}, the recipe wants at least ${'1.32.4'}`,
      },
      {
        code: 'CONSTRAINT_UNEVALUABLE',
        at: 'recipe.yaml#/constraints/3',
        found: 'no value for "OS.sysctl./proc/sys/kernel/osrelease"',
        expected: '">= 6.8"',
        hint: 'take the snapshot again with all its collectors',
        sentence: sentence`${'OS.sysctl./proc/sys/kernel/osrelease'} cannot be evaluated: the snapshot has no such value`,
      },
    ]),
    'phases-are-green',
    'failed',
    [
      {
        code: 'PHASE_NOT_GREEN',
        at: 'ctrf/performance.json',
        found: '0 passed, 1 failed, 1 pending',
        expected: 'at least one passed, none failed, pending or other',
        hint: 'fix what the failed tests name, then run the phase again',
        sentence: sentence`performance: ${'nccl-all-reduce-bw'} failed; it says ${'bus bandwidth 212 GB/s,\nexpected 300 | see log'}; ${'inference-perf'} did not end`,
      },
      {
        code: 'PHASE_NOT_GREEN',
        at: 'ctrf/conformance.json',
        found: 'no test "secure-accelerator-access"',
        expected: 'a test for each check of the recipe',
        hint: 'run the phase with every validator that the recipe names',
        sentence: sentence`conformance: no test for ${'secure-accelerator-access'}`,
      },
    ],
  ),
  findings: [
    {
      code: 'TIMESTAMP_DOUBTFUL',
      at: 'snapshot.yaml#/metadata/timestamp',
      found: '"2030-01-01T00:00:00Z"',
      expected: 'a time in the past',
      hint: 'check the clock of the cluster',
    },
  ],
};

/** One byte of a log was changed: everything after the inventory is unknown. */
export const INVALID: VerificationReport = {
  ...VERIFIED,
  verdict: 'invalid',
  exitCode: 2,
  facts: {},
  checks: notReachedAfter(
    withCheck(PASSED, 'files-match-manifest', 'failed', [
      {
        code: 'FILE_DIFFERS',
        at: 'logs/deployment/operator.log',
        found: `180 bytes, sha256:${'00'.repeat(32)}`,
        expected: `180 bytes, sha256:${'ff'.repeat(32)}`,
        hint: 'ask the signer for the bundle as it was signed',
      },
      {
        code: 'FILE_EXTRA',
        at: 'logs/deployment/extra.log',
        found: 'a file that the manifest does not list',
        expected: 'only listed files',
        hint: 'ask the signer for the bundle as it was signed; nothing may be added to it',
      },
    ]),
    'files-match-manifest',
  ),
};

const UNSIGNED_FAULT: Fault = {
  code: 'UNSIGNED',
  at: 'attestation.intoto.jsonl',
  found: 'no such file',
  expected: 'a Sigstore bundle',
  hint: 'ask for signed evidence, or judge it as it is with --allow-unsigned',
};

export const UNSIGNED: VerificationReport = {
  ...VERIFIED,
  verdict: 'undecided',
  exitCode: 4,
  signature: { state: 'absent' },
  pinned: false,
  checks: withCheck(
    withCheck(PASSED, 'signature-is-valid', 'skipped', [UNSIGNED_FAULT]),
    'signer-is-allowed',
    'skipped',
    [UNSIGNED_FAULT],
  ),
};

export const UNSIGNED_ALLOWED: VerificationReport = {
  ...UNSIGNED,
  verdict: 'verified',
  exitCode: 0,
  weakened: ['--allow-unsigned'],
};

export const NOT_PINNED: VerificationReport = {
  ...VERIFIED,
  verdict: 'undecided',
  exitCode: 4,
  pinned: false,
  checks: withCheck(PASSED, 'signer-is-allowed', 'skipped', [
    {
      code: 'SIGNER_NOT_PINNED',
      at: undefined,
      found: `"${SIGNER.identity}", "${SIGNER.issuer}"`,
      expected: 'a signer that was named',
      hint: 'name the signer with --certificate-identity and --certificate-oidc-issuer',
    },
  ]),
};

const OTHER_VERSION: Fault = {
  code: 'RECIPE_OTHER',
  at: 'recipe.yaml#/componentRefs/3/version',
  found: '"componentRefs[gpu-operator].version": "v25.10.1"',
  expected: '"v25.3.0", as "mine.yaml" has it',
  hint: 'decide which recipe shall be tested',
  sentence: sentence`the evidence is stale: ${'componentRefs[gpu-operator].version'} is ${'"v25.10.1"'}, your recipe has ${'"v25.3.0"'}`,
};

const { found, expected, hint } = OTHER_VERSION;

/** Verified, and of another recipe than the one that the caller has. */
const OTHER_RECIPE: VerificationReport = {
  ...VERIFIED,
  verdict: 'undecided',
  exitCode: 4,
  recipeCompared: true,
  checks: [
    ...PASSED,
    { name: OWN_RECIPE_CHECK, outcome: 'failed', found, expected, hint, faults: [OTHER_VERSION] },
  ],
};

export const SANDBOX_VERIFIED: VerificationReport = {
  ...VERIFIED,
  root: { source: 'out.sandbox/trusted_root.json', digest: ROOT.digest, sandbox: true },
  signature: {
    state: 'verified',
    proof: {
      ...PROOF,
      signer: IN_SANDBOX,
    },
  },
};

const WORKFLOW = SIGNER.identity.slice(0, -'main'.length);

/** Allowed by an entry of a policy that leaves the branch open. */
export const BY_TEMPLATE = {
  ...VERIFIED,
  signature: {
    state: 'verified',
    proof: {
      ...PROOF,
      signer: {
        ...IN_WORKFLOW,
        claims: { sourceRepositoryUri: 'https://github.com/example/recipes', buildTrigger: 'push' },
      },
    },
  },
  policy: {
    file: { source: 'policy.json', digest: digestOfHex('b7'.repeat(32)) },
    entry: {
      at: 'policy.json#/signers/1',
      label: 'the evidence workflow',
      tier: 'partner',
      issuer: SIGNER.issuer,
      template: parseTemplate(`${WORKFLOW}{branch}`, {
        code: 'POLICY_INVALID',
        at: 'policy.json',
        hint: '',
      }),
    },
  },
} satisfies VerificationReport;

/** Verified, and too old for the policy. */
const TOO_OLD: VerificationReport = {
  ...BY_TEMPLATE,
  verdict: 'undecided',
  exitCode: 4,
  now: new Date('2027-02-01T00:00:00Z'),
  checks: withCheck(PASSED, 'signer-is-allowed', 'failed', [
    {
      code: 'STALE',
      at: 'attestation.intoto.jsonl',
      found: 'signed at 2026-11-20T10:00:05Z, 72 days before 2027-02-01T00:00:00Z',
      expected: 'at most 30 days before, as the policy demands',
      hint: 'have the evidence made again, or decide that its age does not matter',
    },
  ]),
};

export const VERIFICATIONS = {
  verified: VERIFIED,
  failed: FAILED,
  invalid: INVALID,
  unsigned: UNSIGNED,
  'unsigned-allowed': UNSIGNED_ALLOWED,
  'not-pinned': NOT_PINNED,
  'other-recipe': OTHER_RECIPE,
  sandbox: SANDBOX_VERIFIED,
  'by-template': BY_TEMPLATE,
  stale: TOO_OLD,
} as const;

export const GREEN: ValidationReport = {
  tool: TOOL,
  exitCode: 0,
  facts: FACTS,
  faults: [],
  findings: [],
};

export const RED: ValidationReport = {
  tool: TOOL,
  exitCode: 1,
  facts: FAILED_FACTS,
  faults: FAILED.checks.flatMap(({ faults }) => faults),
  findings: FAILED.findings,
  evidence: {
    path: 'evidence.tar.gz',
    manifestDigest: digestOfHex('9a'.repeat(32)),
    signer: undefined,
    sandbox: false,
  },
};

export const SANDBOX_SIGNED: ValidationReport = {
  ...GREEN,
  evidence: {
    path: 'evidence.tar.gz',
    manifestDigest: digestOfHex('9a'.repeat(32)),
    signer: IN_SANDBOX,
    sandbox: true,
  },
};

const { bom: _, ...WITHOUT_BOM } = FACTS;

export const WITHOUT_RESULTS: ValidationReport = {
  ...GREEN,
  facts: {
    ...WITHOUT_BOM,
    phases: FACTS.phases.map(({ phase }) => phaseResult(phase, 'not-run', [])),
  },
};

export const VALIDATIONS = {
  green: GREEN,
  red: RED,
  sandbox: SANDBOX_SIGNED,
  'without-results': WITHOUT_RESULTS,
} as const;
