// What the pieces of one recipe are worth together.

import { compareBytes } from '../compare-bytes.ts';
import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import type { GateRule } from '../policy/gate-policy.ts';
import type { Tier } from '../policy/policy-signer.ts';
import type { FaultJson } from '../report/report-json.ts';
import { counted, sentence, words, type Sentence } from '../sentence.ts';
import type { RecipeChange } from './changed-recipes.ts';
import { countSigners } from './distinct-signers.ts';
import { STATES, type GatePiece, type State } from './gate-json.ts';
import type { JudgedPiece } from './judge-piece.ts';

export interface Found {
  readonly state: State;
  readonly why: Sentence;
  readonly counted: ReadonlySet<string>;
  readonly signers: number;
}

const NONE: ReadonlySet<string> = new Set();

export const NOT_ASKED: Found = {
  state: 'not-asked',
  why: ['the policy asks for no evidence of it'],
  counted: NONE,
  signers: 0,
};

/** What the change brings must be good, each piece by itself. Then the good ones of both count. */
export function stateOf(
  { fault }: RecipeChange,
  judged: readonly JudgedPiece[],
  rule: GateRule,
): Found {
  const none = { counted: NONE, signers: 0 };
  if (fault !== undefined) {
    return { state: 'invalid', why: ['head cannot resolve the recipe'], ...none };
  }
  const bad = judged.map(({ piece }) => piece).filter((piece) => piece.state !== 'single');
  const [brought] = bad.filter(({ change }) => change !== 'same').toSorted(worstFirst);
  if (brought !== undefined) return { state: brought.state, why: whyOf(brought), ...none };
  const good = judged.filter(({ piece }) => piece.state === 'single');
  if (good.length > 0) return ofGood(good, rule);
  // An older one that is refused is a finding, and no evidence.
  const closest = bad.toSorted(worstFirst).findLast((piece) => !REFUSED.has(piece.state));
  // Where more than one piece is asked for, one more good one would leave it short: it is no better now.
  const isFew = rule.minimumPieces > 1 || rule.minimumSigners > 1;
  if (closest?.state === 'red' && isFew) return ofGood([], rule);
  if (closest !== undefined) return { state: closest.state, why: whyOf(closest), ...none };
  const accepted = judged.length === 0 ? '' : ' that is accepted';
  return {
    state: 'missing',
    why: [`no pointer at head leads to evidence of it${accepted}`],
    ...none,
  };
}

const REFUSED: ReadonlySet<State> = new Set(['invalid', 'not-allowed']);

function worstFirst(a: GatePiece, b: GatePiece): number {
  const rank = STATES.indexOf(a.state) - STATES.indexOf(b.state);
  return rank || compareBytes(a.pointer.path, b.pointer.path);
}

/** Two pointers to one bundle are one piece. */
function ofGood(good: readonly JudgedPiece[], rule: GateRule): Found {
  const { tiers, minimumPieces, minimumSigners } = rule;
  const counting = good.filter(({ piece }) => isOfTier(piece.signer?.tier, tiers));
  const signers = countSigners(counting.map(({ keys }) => keys));
  const bundles = new Set(counting.map(({ piece }) => piece.digest)).size;
  const paths = new Set(counting.map(({ piece }) => piece.pointer.path));
  const has = `${counted(bundles, 'good piece')} of evidence by ${counted(signers, 'signer')}`;
  if (bundles < minimumPieces || signers < minimumSigners) {
    const of = tiers === undefined ? '' : ` of the tiers ${tiers.join(', ')}`;
    const wants = `${counted(minimumPieces, 'piece')} by ${counted(minimumSigners, 'signer')}${of}`;
    const why = [`${has}, and the policy asks for ${wants}`];
    return { state: 'short', why, counted: paths, signers };
  }
  return { state: signers > 1 ? 'confirmed' : 'single', why: [has], counted: paths, signers };
}

function isOfTier(tier: Tier | undefined, tiers: GateRule['tiers']): boolean {
  return tiers === undefined || (tier !== undefined && tiers.includes(tier));
}

const SAID: Readonly<Partial<Record<State, string>>> = {
  invalid: 'is refused',
  'not-allowed': 'is not allowed',
  unreachable: 'cannot be had or judged',
  unsigned: 'is not signed',
  stale: 'is of another recipe than that of head',
  undecided: 'leaves something for a person to decide',
  red: 'is good evidence that something is not green',
};

function whyOf({ state, pointer, fault }: GatePiece): Sentence {
  const said = fault?.code === 'STALE' ? 'is too old' : (SAID[state] ?? state);
  const because = fault === undefined ? [] : [': ', ...reasonOf(fault)];
  return sentence`what ${pointer.path} leads to ${words(said)}${because}`;
}

function reasonOf({ sentence: own, code }: FaultJson): Sentence {
  return own ?? words(ERROR_CATALOGUE[code][1]);
}
