// What the pieces of one recipe are worth together.

import { compareBytes } from '../compare-bytes.ts';
import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import type { GateRule } from '../policy/gate-policy.ts';
import { sayName, type Tier } from '../policy/policy-signer.ts';
import type { FaultJson } from '../report/report-json.ts';
import { counted, sentence, words, type Sentence } from '../sentence.ts';
import { countSigners } from './distinct-signers.ts';
import { byState, type GatePiece, type State } from './gate-json.ts';
import type { JudgedPiece } from './judge-piece.ts';
import type { RecipeChange } from './recipe-change.ts';

export interface Found {
  readonly state: State;
  /** What else there is that it hides, being worse: an exemption has to cover each. */
  readonly others: ReadonlySet<State>;
  readonly why: Sentence;
  readonly counted: ReadonlySet<string>;
  readonly pieces: number;
  readonly signers: number;
  /** Of what is short: what would be enough. */
  readonly ask?: Sentence;
  /** For which there is not enough, if not for its own. */
  readonly nodes?: number;
}

/** What is asked for, and of whom there is any. */
export interface Wanted {
  readonly rule: GateRule;
  /** The tiers of those whom the policy lists. */
  readonly listed: ReadonlySet<Tier | undefined>;
}

const NOBODY = {
  others: new Set<State>(),
  counted: new Set<string>(),
  pieces: 0,
  signers: 0,
} as const;

export const NOT_ASKED: Found = {
  state: 'not-asked',
  why: ['the policy asks for no evidence of it'],
  ...NOBODY,
};

/** What the change brings must be good, each piece by itself. Then the good ones of both count. */
export function stateOf(
  { recipe, fault, otherwise }: RecipeChange,
  judged: readonly JudgedPiece[],
  wanted: Wanted,
): Found {
  if (fault !== undefined) {
    return { state: 'invalid', why: ['head cannot resolve the recipe'], ...NOBODY };
  }
  const bad = judged.filter(({ piece }) => piece.state !== 'single').toSorted(worstFirst);
  const brought = bad.filter(({ piece }) => piece.change !== 'same');
  if (brought[0] !== undefined) return asBad(brought[0], brought);
  const good = judged.filter(({ piece }) => piece.state === 'single');
  if (good.length > 0) return ofEach(good, wanted, countsOf(good, otherwise, recipe));
  // An older one that is refused is a finding, and no evidence.
  const closest = bad.findLast(({ piece }) => !REFUSED.has(piece.state));
  // Where more than one piece is asked for, one more good one would leave it short: it is no better now.
  const isFew = wanted.rule.minimumPieces > 1 || wanted.rule.minimumSigners > 1;
  if (closest?.piece.state === 'red' && isFew) {
    return { ...ofGood([], wanted), others: closest.states };
  }
  if (closest !== undefined) return asBad(closest, [closest]);
  return noneOf(judged, wanted);
}

function noneOf(judged: readonly JudgedPiece[], wanted: Wanted): Found {
  const ask = nobodyToAsk(wanted);
  const accepted = judged.length === 0 ? '' : ' that is accepted';
  return {
    state: 'missing',
    why: [`no pointer at head leads to evidence of it${accepted}${alsoWanted(wanted.rule)}`],
    ...NOBODY,
    ...(ask && { ask }),
  };
}

/** @param all what decides, with the worst of them */
function asBad({ piece }: JudgedPiece, all: readonly JudgedPiece[]): Found {
  const others = new Set(all.flatMap(({ states }) => [...states]));
  return { ...NOBODY, state: piece.state, others, why: whyOf(piece) };
}

/** The numbers of nodes for which there has to be evidence: its own, and those for which it is another one since. */
function countsOf(
  good: readonly JudgedPiece[],
  otherwise: RecipeChange['otherwise'],
  { criteria }: RecipeChange['recipe'],
): readonly number[] {
  const since = good.flatMap(({ unshown }) => [...unshown]);
  return [...new Set([criteria.nodes, ...(otherwise?.nodes ?? []), ...since])];
}

/** The worst of what there is for each number of nodes. */
function ofEach(good: readonly JudgedPiece[], wanted: Wanted, counts: readonly number[]): Found {
  const [own] = counts;
  const all = counts.map((nodes): Found => {
    const shown = good.filter((each) =>
      each.nodes === nodes ? true : each.nodes === own && !each.unshown.has(nodes),
    );
    const found =
      shown.length > 0 ? ofGood(shown, wanted) : { ...NOT_SHOWN, why: whyNotShown(nodes) };
    return nodes === own ? found : { ...found, nodes };
  });
  const [worst = NOT_ASKED] = all.toSorted(byState);
  const lacking = all.filter(({ state }) => !GOOD.has(state));
  return {
    ...worst,
    others: new Set(lacking.map(({ state }) => state)),
    counted: new Set(all.flatMap((each) => [...each.counted])),
  };
}

const NOT_SHOWN = { state: 'stale', ...NOBODY } as const;

function whyNotShown(nodes: number): Sentence {
  if (nodes === 0) return ['no good evidence is of the recipe without a number of nodes'];
  return sentence`overlays make it another recipe for ${words(`${nodes}`)} nodes, which no good evidence is of`;
}

export const GOOD: ReadonlySet<State> = new Set(['single', 'confirmed']);
const REFUSED: ReadonlySet<State> = new Set(['invalid', 'not-allowed']);

function worstFirst({ piece: a }: JudgedPiece, { piece: b }: JudgedPiece): number {
  return byState(a, b) || compareBytes(a.pointer.path, b.pointer.path);
}

/** Two pointers to one bundle are one piece. */
function ofGood(good: readonly JudgedPiece[], wanted: Wanted): Found {
  const { tiers, minimumPieces, minimumSigners } = wanted.rule;
  const counting = good.filter(({ piece }) => isOfTier(piece.signer?.tier, tiers));
  const signers = countSigners(counting.map(({ keys }) => keys));
  const pieces = new Set(counting.map(({ piece }) => piece.digest)).size;
  const paths = new Set(counting.map(({ piece }) => piece.pointer.path));
  const has = `${counted(pieces, 'good piece')} of evidence by ${counted(signers, 'signer')}`;
  if (pieces < minimumPieces || signers < minimumSigners) {
    const wants = wantsOf(wanted.rule);
    const others = good.length - counting.length;
    const more = others === 0 ? '' : `, beside ${others} by signers of other tiers`;
    const one = joinedBy(counting, signers);
    const why = sentence`${[has]}${one}${[more]}, and the policy asks for ${[wants]}`;
    const ask = whomToAsk({ pieces, signers }, wanted);
    return { ...NOBODY, state: 'short', why, counted: paths, pieces, signers, ask };
  }
  const state = signers > 1 ? 'confirmed' : 'single';
  return { ...NOBODY, state, why: [has], counted: paths, pieces, signers };
}

function wantsOf({ tiers, minimumPieces, minimumSigners }: GateRule): string {
  return `${counted(minimumPieces, 'piece')} by ${counted(minimumSigners, 'signer')}${ofTiers(tiers)}`;
}

/** More than one piece by anyone: who has none yet has to know before the cluster is used. */
function alsoWanted(rule: GateRule): string {
  const { tiers, minimumPieces, minimumSigners } = rule;
  const isUsual = tiers === undefined && minimumPieces === 1 && minimumSigners === 1;
  return isUsual ? '' : `, and the policy asks for ${wantsOf(rule)}`;
}

function nobodyToAsk({ rule: { tiers }, listed }: Wanted): Sentence | undefined {
  if (tiers?.some((tier) => listed.has(tier)) !== false) return undefined;
  return words(
    `the policy lists nobody${ofTiers(tiers)}: the maintainers have to list one, in a change of its own; then have that signer make evidence:`,
  );
}

function ofTiers(tiers: GateRule['tiers']): string {
  if (tiers === undefined) return '';
  return ` of the ${tiers.length === 1 ? 'tier' : 'tiers'} ${tiers.join(', ')}`;
}

/** Why there are fewer signers than names. */
function joinedBy(counting: readonly JudgedPiece[], signers: number): Sentence {
  const names = new Map<string, Set<string>>();
  for (const { piece, keys } of counting) {
    if (piece.signer === undefined) continue;
    for (const key of keys) {
      names.set(key, (names.get(key) ?? new Set()).add(sayName(piece.signer)));
    }
  }
  const all = new Set([...names.values()].flatMap((each) => [...each]));
  const [key] = [...names].find(([, each]) => each.size > 1) ?? [];
  if (key === undefined || all.size <= signers) return [];
  return sentence` (${all.size} identities, but those with one ${key} are one signer)`;
}

function whomToAsk(
  { pieces, signers }: Pick<Found, 'pieces' | 'signers'>,
  wanted: Wanted,
): Sentence {
  const nobody = nobodyToAsk(wanted);
  if (nobody !== undefined) return nobody;
  const { tiers, minimumPieces, minimumSigners } = wanted.rule;
  const of = ofTiers(tiers);
  const more = Math.max(minimumSigners - signers, 0);
  const missing = Math.max(minimumPieces - pieces, more);
  const whom =
    more === 0
      ? `any signer whom the policy lists${of}, also one who did already,`
      : `${counted(more, 'more signer')}${of}, whom the policy lists,`;
  const what = missing === more ? 'evidence' : `${counted(missing, 'more piece')} of evidence`;
  return words(`ask ${whom} to make ${what} on a cluster of their own:`);
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
  const because = fault === undefined ? [] : [': ', ...reasonOf(fault, state, pointer.path)];
  return sentence`what ${pointer.path} leads to ${words(said)}${because}`;
}

/** A breach of the contract of pointers is told by itself. */
function reasonOf(
  { sentence: own, code, at, found, expected }: FaultJson,
  state: State,
  path: string,
): Sentence {
  if (own !== undefined) return own;
  const meaning = words(ERROR_CATALOGUE[code][1]);
  if (at?.startsWith(path) === true) return meaning;
  const place = at ?? '';
  // Whom and where else the policy allows is said with what to do.
  if (state === 'not-allowed') return sentence`${meaning}: ${words(found)}`;
  if (state === 'unreachable') {
    const more = place.includes(found.replaceAll('"', '')) ? [] : sentence`: ${words(found)}`;
    return sentence`${meaning}: ${place}${more}`;
  }
  const where = place === '' ? [] : sentence`at ${place} `;
  return sentence`${meaning}: ${where}found ${words(found)}, expected ${words(expected)}`;
}
