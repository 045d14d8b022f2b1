import { Plain, isDataList, isDataMap, type Data, type Json } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { pointerToken } from '../../document/text.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { MAX_CLAIM_FAULTS } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';

/** How one claim of the predicate is compared with its recomputation. */
export interface ClaimRule {
  readonly code: ErrorCode;
  /**
   * JSON pointers, relative to the claim, of the values that are compared. Others belong to a newer
   * version of the format and are left alone.
   */
  readonly known: RegExp;
  /** Values, as JSON text, that mean the same as an absent field, e.g. `""` under Go's `omitempty`. */
  readonly absent: readonly string[];
}

const EMPTY_TEXT = '""';

const TEXT = '(?:value|version|source|note)';

/** The claims of the predicate. AICR's parts are open, ours is closed. docs/format.md §4. */
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
    absent: [EMPTY_TEXT, '"any"'],
  },
  constraints: { code: 'CONSTRAINTS_DIFFER', known: /^/, absent: [] },
  phases: {
    code: 'PHASES_DIFFER',
    known: /^\/[^/]*(?:\/(?:passed|failed|skipped|ctrfDigest))?$/,
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
 * Every place where a claim differs from its recomputation, in both directions.
 *
 * @param at where the claim is, e.g. `statement.intoto.json#/predicate/phases`
 */
export function claimFaults(
  rule: ClaimRule,
  at: string,
  claim: Data | undefined,
  recomputed: Json,
): readonly Fault[] {
  const claimed = new Map(flatten(claim));
  // Read as the claim was, so that both have one form.
  const computed = new Map(flatten(decodeJson(Buffer.from(JSON.stringify(recomputed)), at)));
  // Without regard to case, as Go's reader matches keys: `Matched` beside `matched` would be the claim there.
  const known = new RegExp(rule.known.source, 'iu');
  const pointers = [...new Set([...computed.keys(), ...claimed.keys()])];
  const differing = pointers
    .filter((pointer) => known.test(pointer) || computed.has(pointer))
    .filter((pointer) => !isSame(rule, claimed.get(pointer), computed.get(pointer)));
  const faults = differing.slice(0, MAX_CLAIM_FAULTS).map((pointer) => ({
    code: rule.code,
    at: `${at}${pointer}`,
    found: shown(claimed.get(pointer)),
    expected: `${shown(computed.get(pointer))} (recomputed)`,
    hint: HINT,
  }));
  const more = differing.length - faults.length;
  if (more === 0) return faults;
  const found = `${more} more differences`;
  return [...faults, { code: rule.code, at, found, expected: 'none', hint: HINT }];
}

const HINT = 'do not trust this evidence: what it claims is not what its files show';

function isSame(
  rule: ClaimRule,
  claimed: string | undefined,
  computed: string | undefined,
): boolean {
  // What a full list or map holds has places of its own; here only a value of another kind differs.
  if (computed !== undefined && FULL.has(computed) && claimed === undefined) return true;
  if (bracketOf(claimed) !== undefined && bracketOf(claimed) === bracketOf(computed)) return true;
  const present = (value: string | undefined): string | undefined =>
    value !== undefined && rule.absent.includes(value) ? undefined : value;
  return present(claimed) === present(computed);
}

/** Whole values are compared and shown short, but never with half of a character. */
function shown(text: string | undefined): string {
  const safe = escapeInvisible(text ?? 'nothing');
  if (safe.length <= 200) return safe;
  const head = safe.slice(0, 200);
  return `${head.isWellFormed() ? head : head.slice(0, -1)}…`;
}

/** A map or a list that holds something: without them, text in its place would meet no counterpart. */
const FULL_MAP = '{…}';
const FULL_LIST = '[…]';
const FULL: ReadonlySet<string> = new Set([FULL_MAP, FULL_LIST]);

/** JSON pointer → the value as JSON text, those of maps and lists short. */
function* flatten(
  data: Data | undefined,
  pointer = '',
): Generator<readonly [string, string], void> {
  if (data === undefined) return;
  if (typeof data === 'string') {
    yield [pointer, JSON.stringify(data)];
  } else if (data instanceof Plain) {
    yield [pointer, plainText(data)];
  } else {
    const entries = isDataMap(data) ? [...data] : [...data.entries()];
    yield [pointer, containerText(isDataList(data), entries.length)];
    for (const [key, item] of entries) {
      yield* flatten(item, `${pointer}/${pointerToken(String(key))}`);
    }
  }
}

/** Which kind of container the text stands for. No other value's text begins with a bracket. */
function bracketOf(text: string | undefined): string | undefined {
  const [first] = text ?? '';
  return first === '[' || first === '{' ? first : undefined;
}

function containerText(isList: boolean, length: number): string {
  if (length === 0) return isList ? '[]' : '{}';
  return isList ? FULL_LIST : FULL_MAP;
}

/** A whole number has one spelling here: Go's protojson may print 12 as 12 or 1.2e1. */
function plainText({ type, text }: Plain): string {
  const number = Number(text);
  const whole = (type === 'integer' || type === 'float') && Number.isSafeInteger(number);
  return whole ? String(number) : text;
}
