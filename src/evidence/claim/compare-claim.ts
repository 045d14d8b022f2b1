import { Plain, isDataList, isDataMap } from '../../document/data.ts';
import type { Data, DataMap, Json } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { MAX_CLAIM_FAULTS } from '../../limits.ts';
import { faultAt } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';

/** How one claim of the predicate is compared with what was recomputed. */
export interface ClaimRule {
  readonly code: ErrorCode;
  /**
   * JSON pointers, relative to the claim, of the values that are compared. Others belong to a newer
   * version of the format and are not compared.
   */
  readonly known: RegExp;
  /** Texts that mean the same as an absent field, e.g. the empty one under Go's `omitempty`. */
  readonly absent: readonly string[];
}

const EMPTY_TEXT = '';

const TEXT = '(?:value|version|source|note)';

/** The claims of the predicate. AICR's parts may have other fields, ours may not. docs/format.md §4. */
export const CLAIM_RULES = {
  fingerprint: {
    code: 'FINGERPRINT_DIFFERS',
    known: new RegExp(
      `^/(?:service|accelerator|gpuModel|os|k8sVersion|region|nodeCount|gpuNodeCount)(?:/${TEXT})?$`,
    ),
    absent: [EMPTY_TEXT],
  },
  match: {
    code: 'MATCH_DIFFERS',
    known:
      /^\/matched$|^\/perDimension(?:\/\d+(?:\/(?:dimension|recipeRequires|fingerprintProvides|match))?)?$/,
    // AICR writes what a recipe does not demand as "any".
    absent: [EMPTY_TEXT, 'any'],
  },
  constraints: { code: 'CONSTRAINTS_DIFFER', known: /^/, absent: [] },
  phases: {
    code: 'PHASES_DIFFER',
    known: /^\/[^/]*(?:\/(?:passed|failed|skipped|ctrfDigest))?$/,
    absent: [],
  },
  measured: { code: 'MEASURED_DIFFERS', known: /^/, absent: [] },
  notRun: { code: 'PHASES_DIFFER', known: /^/, absent: [] },
  validators: { code: 'VALIDATORS_DIFFER', known: /^/, absent: [] },
  validatorImages: {
    code: 'VALIDATORS_DIFFER',
    known: /^\/\d+(?:\/(?:image|digest))?$/,
    absent: [],
  },
  phaseDetails: { code: 'PHASES_DIFFER', known: /^/, absent: [] },
  bom: {
    code: 'BOM_DIFFERS',
    known: /^\/(?:format|version|digest|imageCount)$/,
    absent: [],
  },
} as const satisfies Record<string, ClaimRule>;

/**
 * Every place where a claim differs from what was recomputed, in both directions. Only what both have is
 * compared in depth, so that long keys of a claim make no longer pointers.
 *
 * @param at where the claim is, e.g. `statement.intoto.json#/predicate/phases`
 */
export function claimFaults(
  rule: ClaimRule,
  at: string,
  claim: Data | undefined,
  recomputed: Json,
): readonly Fault[] {
  const faults: Fault[] = [];
  let count = 0;
  for (const { pointer, claimed, computed } of differences(rule, claim, recomputed)) {
    count += 1;
    if (count > MAX_CLAIM_FAULTS) continue;
    const expected = `${shown(computed)} (recomputed)`;
    faults.push(
      faultAt({ code: rule.code, at: `${at}${pointer}`, hint: HINT }, shown(claimed), expected),
    );
  }
  const more = count - faults.length;
  if (more === 0) return faults;
  const found = `${more} more differences`;
  return [...faults, { code: rule.code, at, found, expected: 'none', hint: HINT }];
}

/** The same for a claim that has several right forms: compared with the one from which it differs least. */
export function claimFaultsOfAny(
  rule: ClaimRule,
  at: string,
  claim: Data | undefined,
  forms: readonly [Json, ...Json[]],
): readonly Fault[] {
  return forms
    .map((form) => claimFaults(rule, at, claim, form))
    .reduce((best, next) => (next.length < best.length ? next : best));
}

const HINT = 'do not trust this evidence: what it claims is not what its files show';

/** One place, as claimed and as computed; undefined where nothing is. */
interface Pair {
  readonly pointer: string;
  readonly claimed: Data | undefined;
  readonly computed: Json | undefined;
}

function differences(rule: ClaimRule, claim: Data | undefined, recomputed: Json): Iterable<Pair> {
  // Without regard to case, as Go's reader matches keys: `Matched` beside `matched` would be the claim there.
  const known = new RegExp(rule.known.source, 'iu');
  const isAbsent = (value: Data | Json | undefined): boolean =>
    value === undefined || (typeof value === 'string' && rule.absent.includes(value));
  const differ = ({ pointer, claimed, computed }: Pair): boolean => {
    if (isAbsent(claimed) && isAbsent(computed)) return false;
    return computed === undefined ? known.test(pointer) : !isSame(claimed, computed);
  };
  return below({ pointer: '', claimed: claim, computed: recomputed }, differ);
}

/** What differs at a place, or, if it is the same kind of container for both, in it. */
function* below(pair: Pair, differ: (pair: Pair) => boolean): Generator<Pair, void> {
  const { pointer, claimed, computed } = pair;
  const parts = partsOf(claimed, computed);
  if (parts === undefined) {
    if (differ(pair)) yield pair;
    return;
  }
  for (const [key, claimedPart, computedPart] of parts) {
    const place = `${pointer}/${pointerToken(String(key))}`;
    yield* below({ pointer: place, claimed: claimedPart, computed: computedPart }, differ);
  }
}

type Part = readonly [key: string | number, claimed: Data | undefined, computed: Json | undefined];

/** The parts of two containers of one kind, or of a full one and nothing; undefined for anything else. */
function partsOf(
  claimed: Data | undefined,
  computed: Json | undefined,
): Iterable<Part> | undefined {
  if (Array.isArray(computed)) {
    if (isDataList(claimed)) return items(claimed, computed);
    return claimed === undefined && computed.length > 0 ? items([], computed) : undefined;
  }
  if (!isJsonMap(computed)) return undefined;
  if (isDataMap(claimed)) return fields(claimed, computed);
  const isMissing = claimed === undefined && Object.keys(computed).length > 0;
  return isMissing ? fields(new Map(), computed) : undefined;
}

function* items(claimed: readonly Data[], computed: readonly Json[]): Generator<Part, void> {
  for (let index = 0; index < Math.max(claimed.length, computed.length); index += 1) {
    yield [index, claimed[index], computed[index]];
  }
}

function* fields(claimed: DataMap, computed: JsonMap): Generator<Part, void> {
  for (const [key, value] of Object.entries(computed)) yield [key, claimed.get(key), value];
  for (const [key, value] of claimed) {
    if (!Object.hasOwn(computed, key)) yield [key, value, undefined];
  }
}

type JsonMap = Readonly<Record<string, Json | undefined>>;

function isJsonMap(value: Data | Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what has no parts to compare. */
function isSame(claimed: Data | undefined, computed: Json): boolean {
  if (typeof claimed === 'string') return claimed === computed;
  return claimed instanceof Plain && claimed.text === JSON.stringify(computed);
}

/** Whole values are compared. They are shown short, but never with half of a character. */
function shown(value: Data | Json | undefined): string {
  const safe = escapeInvisible(textOf(value));
  if (safe.length <= MAX_SHOWN) return safe;
  const head = safe.slice(0, MAX_SHOWN);
  return `${head.isWellFormed() ? head : head.slice(0, -1)}…`;
}

const MAX_SHOWN = 200;

/** As JSON, without the content of a map or list, and without the end of a long text. */
function textOf(value: Data | Json | undefined): string {
  if (value === undefined) return 'nothing';
  // One character more than is shown is left, whatever is cut.
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 2 * MAX_SHOWN));
  if (value instanceof Plain) return value.text.slice(0, 2 * MAX_SHOWN);
  if (value instanceof Map) return bracketed('{}', value.size);
  if (Array.isArray(value)) return bracketed('[]', value.length);
  return isJsonMap(value) ? bracketed('{}', Object.keys(value).length) : JSON.stringify(value);
}

function bracketed(empty: '{}' | '[]', size: number): string {
  return size === 0 ? empty : empty.split('').join('…');
}
