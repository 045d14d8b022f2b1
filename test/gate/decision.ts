import { digestOf } from '../../src/digest.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import type { Fault } from '../../src/errors/evidence-error.ts';
import type { ChangedRecipes } from '../../src/gate/changed-recipes.ts';
import type { DecisionInput } from '../../src/gate/decide.ts';
import { judgedOf, type Verified } from '../../src/gate/judge-piece.ts';
import type { ComparedPointers, GatePointer } from '../../src/gate/pointers.ts';
import type { RecipeChange } from '../../src/gate/recipe-change.ts';
import type { Otherwise } from '../../src/gate/resolved-recipe.ts';
import type { TouchedPointer } from '../../src/gate/touched-pointers.ts';
import { PREDICATE_TYPE_V3 } from '../../src/media-types.ts';
import type { GatePolicy } from '../../src/policy/gate-policy.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
// Pieces of evidence and recipes to decide about, without a bundle.
import { verificationJson } from '../../src/report/json.ts';
import type { VerificationJson } from '../../src/report/report-json.ts';
import { VERIFIED } from '../report/example-reports.ts';

export const RECIPE = 'h100-eks-ubuntu-training';
const AT = new Date('2026-02-01T00:00:00Z');

export interface Piece {
  readonly name: string;
  readonly identity?: string;
  readonly change?: GatePointer['change'];
  readonly code?: ErrorCode;
  /** Why it could not be had. */
  readonly unread?: ErrorCode;
  readonly nodes?: number;
  readonly label?: string;
  readonly tier?: 'partner';
  readonly signedAt?: string;
  readonly more?: Partial<VerificationJson>;
  readonly pointer?: Partial<GatePointer>;
  readonly since?: Otherwise;
}

function faultOf(code: ErrorCode): Fault {
  return { code, at: 'x', found: 'this', expected: 'that', hint: 'correct it' };
}

const VERDICTS = ['failed', 'invalid', 'unjudged', 'undecided'] as const;
const BASE = verificationJson(VERIFIED);
const PASSED = { outcome: 'passed', found: 'x', expected: 'x', hint: '', faults: [] } as const;

function verifiedOf(piece: Piece): Verified {
  const { code, unread, label, tier, identity = `${piece.name}@example.com` } = piece;
  if (unread !== undefined) return { fault: faultOf(unread) };
  const issuer = 'https://issuer.example';
  const failed = code && {
    ...({ ...PASSED, name: 'phases-are-green', outcome: 'failed' } as const),
    faults: [{ ...faultOf(code), at: 'x' }],
  };
  const report: VerificationJson = {
    ...BASE,
    verdict: VERDICTS.find((each) => each === (code && ERROR_CATALOGUE[code][0])) ?? 'verified',
    checks: [
      { ...PASSED, name: 'signer-is-allowed' },
      { ...PASSED, name: 'pointer-matches-evidence' },
      ...(failed ? [failed] : []),
    ],
    findings: [],
    signer: { identity, issuer },
    signature: {
      ...{ state: 'verified', signedAt: piece.signedAt ?? '2026-01-31T00:00:00Z' },
      ...{ times: [], logEntries: [] },
    },
    recipeCompared: true,
    policy: {
      ...{ source: 'policy.json', digest: digestOf('') },
      entry: {
        identity,
        issuer,
        at: 'policy.json#/signers/0',
        ...(tier && { tier }),
        ...(label !== undefined && { label }),
      },
    },
    ...piece.more,
  };
  return { ...judgedOf(report), nodes: piece.nodes ?? 0 };
}

function pointerOf({ name, change = 'added', pointer }: Piece): GatePointer {
  const signer = {
    identity: `${name}@example.com`,
    issuer: 'https://issuer.example',
    rekorLogIndex: undefined,
  };
  return {
    path: `recipes/evidence/${RECIPE}/${name}.yaml`,
    recipe: RECIPE,
    pointer: {
      ...{
        recipe: RECIPE,
        profile: undefined,
        attestedAt: AT,
        predicateType: PREDICATE_TYPE_V3,
        signer,
      },
      artifact: { oci: 'ghcr.io/org/evidence:x', digest: digestOf(name) },
    },
    change,
    bytes: Buffer.from('schemaVersion: 1.0.0\nattestations:\n  - bundle: {}\n'),
    faults: [],
    ...pointer,
  };
}

function touchedOf({ path, change }: GatePointer): readonly TouchedPointer[] {
  return change === 'same' ? [] : [{ path, change, isMoved: false }];
}

export function changeOf(
  status: RecipeChange['status'],
  more: Partial<RecipeChange> = {},
): RecipeChange {
  const criteria = {
    service: 'eks',
    accelerator: 'h100',
    os: 'ubuntu',
    intent: 'training',
    platform: '',
    nodes: 0,
  };
  return {
    recipe: {
      ...{ name: RECIPE, file: 'recipes/overlays/h100.yaml', criteria, profile: undefined },
      nodes: new Set([0]),
    },
    ...{ status, fields: { items: [], more: 0 }, files: { items: [], more: 0 } },
    ...{ exact: [], under: [] },
    ...more,
  };
}

export interface Case {
  readonly pieces?: readonly Piece[];
  readonly gate?: object;
  readonly change?: RecipeChange;
  readonly pointed?: boolean;
  readonly signers?: readonly object[];
  readonly signersOfHead?: readonly object[];
  readonly isAll?: boolean;
  readonly breaches?: ComparedPointers['breaches'];
  readonly touched?: readonly TouchedPointer[];
}

const SIGNER = { identity: 'a@example.com', issuer: 'https://issuer.example' };

function policyOf(signers: readonly object[] = [SIGNER], gate: object = {}) {
  const policy = { schemaVersion: '1.2.0', signers, gate };
  return parsePolicy(Buffer.from(JSON.stringify(policy)), 'policy.json');
}

export function inputOf(given: Case): DecisionInput {
  const { pieces = [], change = changeOf('changed'), pointed = true } = given;
  const pointers = pieces.map(pointerOf);
  const changed: ChangedRecipes = {
    recipes: [change],
    faults: [],
    apart: [],
    files: undefined,
    rules: undefined,
  };
  return {
    changed,
    pointers: {
      ...{ breaches: given.breaches ?? [], findings: [], removed: [], orphans: [] },
      pointers: new Map([[RECIPE, pointers]]),
      pointed: new Set(pointed || pieces.length > 0 ? [RECIPE] : []),
      touched: Map.groupBy(
        [...pointers.flatMap(touchedOf), ...(given.touched ?? [])],
        () => RECIPE,
      ),
    },
    mergeBase: 'c0ffee',
    isAll: given.isAll ?? false,
    policy: policyOf(given.signers, given.gate satisfies Partial<GatePolicy> | object | undefined),
    policyOfHead: given.signersOfHead && policyOf(given.signersOfHead, given.gate),
    verified: new Map(
      pieces.map((piece, index) => [pointers[index]?.path ?? '', verifiedOf(piece)]),
    ),
    since: new Map(
      pieces.flatMap(({ since }, index) =>
        since === undefined ? [] : [[pointers[index]?.path ?? '', since] as const],
      ),
    ),
    at: AT,
    folders: { recipes: 'recipes', evidence: 'recipes/evidence' },
    findings: [],
  };
}
