// The gate's report as programs read it, and all that a rendering knows: schemas/gate-report.schema.json, which says what
// each field means.

import type { SCHEMA_VERSION } from '../media-types.ts';
import type { SignerName, Tier } from '../policy/policy-signer.ts';
import type { FaultJson, PhaseJson } from '../report/report-json.ts';
import type { Sentence } from '../sentence.ts';
import type { Tool } from '../tool.ts';
import type { RecipeDifference } from './resolved-recipe.ts';

/** From worst to best. What the policy does not ask for is decided by nothing. */
export const STATES = [
  'invalid',
  'not-allowed',
  'unreachable',
  'missing',
  'unsigned',
  'stale',
  'undecided',
  'short',
  'red',
  'exempt',
  'single',
  'confirmed',
  'not-asked',
] as const;
export type State = (typeof STATES)[number];

/** The worst first. */
export function byState(a: { readonly state: State }, b: { readonly state: State }): number {
  return STATES.indexOf(a.state) - STATES.indexOf(b.state);
}

export interface GateJson {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Tool;
  readonly mode: 'enforce' | 'warn';
  /** Of the process: 0 with `warn`. */
  readonly exitCode: number;
  /** What it would be with `enforce`. */
  readonly decidedExitCode: number;
  readonly sandbox: boolean;
  readonly weakened: readonly string[];
  /** The only clock. */
  readonly at: string;
  /** Null with `--all`. */
  readonly base: {
    readonly name: string;
    readonly commit: string;
    readonly mergeBase: string;
  } | null;
  readonly head: { readonly name: string; readonly commit: string };
  readonly policy: { readonly source: string; readonly digest: string; readonly commit?: string };
  readonly ruleSet: string;
  readonly counts: GateCounts;
  /** Those that are affected, by name. */
  readonly recipes: readonly GateRecipe[];
  /** What is wrong with the recipes of head. */
  readonly faults: readonly PlacedFault[];
  readonly pointers: GatePointers;
  readonly findings: readonly PlacedFault[];
  /** How many each list has beyond those that are told one by one. */
  readonly more: Readonly<
    Record<'faults' | 'breaches' | 'removed' | 'orphans' | 'findings', number>
  >;
  readonly listed: readonly ListedSigner[];
}

export interface GateCounts {
  readonly recipes: number;
  readonly affected: number;
  readonly states: Readonly<Partial<Record<State, number>>>;
}

/** With its place in a file of the repository, for those who mark lines. */
export interface PlacedFault extends FaultJson {
  readonly file?: string;
  readonly line?: number;
}

export interface GatePointers {
  /** What the change brings and the contract forbids. */
  readonly breaches: readonly PlacedFault[];
  readonly removed: readonly PointerPlace[];
  /** Of no recipe of head. */
  readonly orphans: readonly PointerPlace[];
}

export interface PointerPlace {
  readonly path: string;
  readonly line?: number;
}

export interface GateRecipe extends RecipeDifference {
  readonly name: string;
  /** `name=value` */
  readonly profile?: string;
  readonly overlay: PointerPlace;
  readonly change: 'added' | 'changed' | 'removed' | 'same' | 'unresolved';
  readonly state: State;
  /** Whether the policy asks for evidence of it. */
  readonly required: boolean;
  readonly why: Sentence;
  readonly evidence: readonly GatePiece[];
  /** How many good artifacts count, and how many the policy asks for. */
  readonly pieces: { readonly found: number; readonly wanted: number };
  /** How many distinct signers count, and how many the policy asks for. */
  readonly signers: { readonly found: number; readonly wanted: number };
  readonly exemption?: ExemptionJson;
  readonly next: readonly Step[];
}

export interface GatePiece {
  readonly pointer: PointerPlace;
  readonly at: 'base' | 'head' | 'both';
  readonly change: 'added' | 'edited' | 'same';
  /** Of the artifact; absent if the pointer names none. */
  readonly digest?: string;
  readonly state: State;
  readonly signer?: SignerName & { readonly tier?: Tier; readonly label?: string };
  readonly signedAt?: string;
  readonly ageDays?: number;
  readonly phases?: readonly Pick<PhaseJson, 'phase' | 'state' | 'counts'>[];
  readonly figures?: readonly FigureJson[];
  /** Why it is not good. */
  readonly fault?: FaultJson;
  /** Whether it is one of those that make the recipe's state good. */
  readonly counted: boolean;
}

export interface FigureJson {
  readonly name: string;
  readonly measured: string;
  readonly floor: string;
}

export interface ExemptionJson {
  readonly at: string;
  readonly states: readonly State[];
  readonly reason: string;
  readonly who: string;
  readonly until: string;
  /** An expired one counts for nothing. */
  readonly expired: boolean;
}

/** What to do next, and where: commands as lists of words. */
export interface Step {
  readonly where: 'cluster' | 'laptop' | 'commit' | 'elsewhere';
  readonly what: Sentence;
  readonly commands: readonly (readonly string[])[];
}

/** Whom the change would add to the policy. */
export type ListedSigner = SignerName & { readonly tier?: Tier; readonly label?: string };
