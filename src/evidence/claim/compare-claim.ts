import { Plain, isDataList, isDataMap } from '../../document/data.ts';
import type { Data, Json } from '../../document/data.ts';
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
  tellDifferences(
    rule,
    { claimed: claim, computed: recomputed },
    ({ claimed, computed }, pointer) => {
      count += 1;
      if (count > MAX_CLAIM_FAULTS) return;
      const expected = `${shown(computed)} (recomputed)`;
      const place = { code: rule.code, at: `${at}${pointer()}`, hint: HINT };
      faults.push(faultAt(place, shown(claimed), expected));
    },
  );
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
  readonly claimed: Data | undefined;
  readonly computed: Json | undefined;
}

type Key = string | number;

/** Told of each difference, and where it is. */
type Tell = (pair: Pair, pointer: () => string) => void;

function tellDifferences(rule: ClaimRule, whole: Pair, tell: Tell): void {
  // Without regard to case, as Go's reader matches keys: `Matched` beside `matched` would be the claim there.
  const known = new RegExp(rule.known.source, 'iu');
  const isAbsent = (value: Data | Json | undefined): boolean =>
    value === undefined || (typeof value === 'string' && rule.absent.includes(value));
  below(whole, [], (pair, pointer) => {
    const { claimed, computed } = pair;
    if (isAbsent(claimed) && isAbsent(computed)) return;
    const differs = computed === undefined ? known.test(pointer()) : !isSame(claimed, computed);
    if (differs) tell(pair, pointer);
  });
}

/** Each place, or, if it is the same kind of container for both, each in it. No pointer is made that nobody asks for. */
function below(pair: Pair, keys: Key[], each: Tell): void {
  const { claimed, computed } = pair;
  const isContainer = eachPart(claimed, computed, (key, claimedPart, computedPart) => {
    keys.push(key);
    below({ claimed: claimedPart, computed: computedPart }, keys, each);
    keys.pop();
  });
  if (!isContainer) each(pair, () => keys.map((key) => `/${pointerToken(String(key))}`).join(''));
}

type Part = (key: Key, claimed: Data | undefined, computed: Json | undefined) => void;

/** Takes the parts of two containers of one kind, or of a full one and nothing; false for anything else. */
function eachPart(claimed: Data | undefined, computed: Json | undefined, take: Part): boolean {
  if (isJsonMap(computed)) return eachEntry(claimed, computed, take);
  return isJsonList(computed) && eachItem(claimed, computed, take);
}

function eachItem(claimed: Data | undefined, computed: readonly Json[], take: Part): boolean {
  const list = claimed === undefined && computed.length > 0 ? [] : claimed;
  if (!isDataList(list)) return false;
  const count = Math.max(list.length, computed.length);
  for (let index = 0; index < count; index += 1) take(index, list[index], computed[index]);
  return true;
}

function eachEntry(claimed: Data | undefined, computed: JsonMap, take: Part): boolean {
  const entries = Object.entries(computed);
  const map = claimed === undefined && entries.length > 0 ? new Map<string, Data>() : claimed;
  if (!isDataMap(map)) return false;
  for (const [key, value] of entries) take(key, map.get(key), value);
  for (const [key, value] of map) {
    if (!Object.hasOwn(computed, key)) take(key, value, undefined);
  }
  return true;
}

function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
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
