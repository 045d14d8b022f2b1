// What a policy asks of a change of recipes: the part of the gate. Who verifies one bundle skips it.

import { parseReference } from '../artifact-reference.ts';
import type { Data } from '../document/data.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import {
  MAX_DAYS,
  optional,
  optionalCount,
  placeOf,
  requireOneOf,
  requireText,
  requireTime,
} from './fields.ts';
import { TIERS, type Tier } from './policy-signer.ts';

const EXEMPTIBLE = ['missing', 'unsigned', 'stale', 'undecided', 'short', 'red'] as const;

/** With `protected`, a recipe needs evidence that has a pointer at base or head; with `added`, a new one too. */
const REQUIRED = ['protected', 'added', 'all'] as const;

const MODES = ['enforce', 'warn'] as const;

export interface GatePolicy {
  readonly mode: (typeof MODES)[number];
  /** Hosts, perhaps with a port, from which bundles may be fetched. */
  readonly registries: readonly string[];
  /** The first one whose pattern takes the recipe counts. */
  readonly rules: readonly GateRule[];
  readonly exemptions: readonly Exemption[];
}

export interface GateRule {
  readonly at: string;
  /** A name, or its beginning and `*`. */
  readonly recipes: string;
  readonly require: (typeof REQUIRED)[number];
  readonly minimumPieces: number;
  readonly minimumSigners: number;
  /** Undefined: any, and entries without one. */
  readonly tiers?: readonly Tier[] | undefined;
  readonly maximumAgeDays?: number | undefined;
  /** Whether values that are only claimed suffice. */
  readonly allowClaimed: boolean;
  /** Whether evidence suffices that does not bind the files which its recipe names. */
  readonly allowUnboundFiles: boolean;
}

export interface Exemption {
  readonly at: string;
  readonly recipe: string;
  readonly states: readonly (typeof EXEMPTIBLE)[number][];
  readonly reason: string;
  readonly who: string;
  /** It belongs to it. */
  readonly until: Date;
}

/** What holds of a recipe that no rule names: as `verify-evidence` judges. */
const USUAL_RULE: GateRule = {
  at: '',
  recipes: '*',
  require: 'protected',
  minimumPieces: 1,
  minimumSigners: 1,
  allowClaimed: false,
  allowUnboundFiles: true,
};

export const USUAL_GATE: GatePolicy = {
  mode: 'enforce',
  registries: ['ghcr.io'],
  rules: [],
  exemptions: [],
};

/**
 * The rule that counts for a recipe. One that names it by its criteria alone takes it with each profile: a recipe that
 * gets a profile must not leave its rule behind.
 *
 * @param unprofiled its name without a profile
 */
export function ruleFor(
  { rules }: GatePolicy,
  recipe: string,
  unprofiled: string = recipe,
): GateRule {
  const own = rules.find((rule) => rule.recipes === recipe);
  const first = rules.find(({ recipes }) => takes(recipes, recipe) || takes(recipes, unprofiled));
  return own ?? first ?? USUAL_RULE;
}

/** Throws what a reader throws. */
export function parseGate(reader: ObjectReader): GatePolicy {
  const { mode, registries, rules, exemptions } = USUAL_GATE;
  const gate = {
    mode: optional(reader, 'mode', (name) => requireOneOf(reader, name, MODES)),
    registries: optional(reader, 'registries', (name) => reader.list(name, parseHost)),
    rules: optional(reader, 'rules', (name) => reader.list(name, parseRule)),
    exemptions: optional(reader, 'exemptions', (name) => reader.list(name, parseExemption)),
  };
  reader.end();
  requireReached(gate.rules ?? [], reader.pointer('rules'));
  return {
    mode: gate.mode ?? mode,
    registries: gate.registries ?? registries,
    rules: gate.rules ?? rules,
    exemptions: gate.exemptions ?? exemptions,
  };
}

function parseHost(data: Data, at: string): string {
  const host = typeof data === 'string' ? data : '';
  const isHost = parseReference(`${host}/x`)?.repository === `${host}/x` && !host.includes('/');
  if (isHost && host === host.toLowerCase()) return host;
  const hint = 'write the host alone, in small letters, with its port if it has one';
  return refuse({ code: 'POLICY_INVALID', at, hint }, quote(host), 'a host, e.g. ghcr.io');
}

function parseRule(data: Data, at: string): GateRule {
  const reader = new ObjectReader(data, at);
  const flag = (name: string): boolean | undefined =>
    optional(reader, name, () => reader.boolean(name));
  const rule = {
    at,
    recipes: requirePattern(reader, 'recipes'),
    require: optional(reader, 'require', (name) => requireOneOf(reader, name, REQUIRED)),
    minimumPieces: optionalCount(reader, 'minimumPieces'),
    minimumSigners: optionalCount(reader, 'minimumSigners'),
    tiers: optional(reader, 'tiers', (name) => requireSome(reader, name, TIERS)),
    maximumAgeDays: optionalCount(reader, 'maximumAgeDays', MAX_DAYS),
    allowClaimed: flag('allowClaimed'),
    allowUnboundFiles: flag('allowUnboundFiles'),
  };
  reader.end();
  return {
    ...rule,
    require: rule.require ?? USUAL_RULE.require,
    minimumPieces: rule.minimumPieces ?? USUAL_RULE.minimumPieces,
    minimumSigners: rule.minimumSigners ?? USUAL_RULE.minimumSigners,
    allowClaimed: rule.allowClaimed ?? USUAL_RULE.allowClaimed,
    allowUnboundFiles: rule.allowUnboundFiles ?? USUAL_RULE.allowUnboundFiles,
  };
}

function parseExemption(data: Data, at: string): Exemption {
  const reader = new ObjectReader(data, at);
  const recipe = requireText(reader, 'recipe', 'write the name of one recipe');
  if (!NAME.test(recipe)) {
    reader.refuse('recipe', {
      expected: 'the name of one recipe: an exemption takes no pattern',
      hint: 'write an exemption for each recipe',
    });
  }
  const exemption = {
    ...{ at, recipe, states: requireSome(reader, 'states', EXEMPTIBLE) },
    reason: requireWords(reader, 'reason'),
    who: requireWords(reader, 'who'),
    until: requireTime(reader, 'until'),
  };
  reader.end();
  return exemption;
}

function requireWords(reader: ObjectReader, name: string): string {
  const text = reader.string(name);
  if (text.trim() !== '') return text;
  return reader.refuse(name, { expected: 'words', hint: 'say it, since the report shows it' });
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const PATTERN = /^(?:[A-Za-z0-9][A-Za-z0-9._-]*)?\*$/;

/** It is compared from the beginning of a name on. What looks like a regular expression means something else. */
function requirePattern(reader: ObjectReader, name: string): string {
  const text = requireText(reader, name, 'write the name of a recipe, or "*" for all of them');
  if (NAME.test(text) || (PATTERN.test(text) && !text.endsWith('.*'))) return text;
  const fixed = text.replace(/^\^/, '').replace(/(?:\.?[*+])?\$?$/, '');
  const hint = NAME.test(fixed) || PATTERN.test(`${fixed}*`) ? `, e.g. ${quote(`${fixed}*`)}` : '';
  return reader.refuse(name, {
    expected: 'the name of a recipe, or its beginning and one * at the end',
    hint: `write how the name begins and then *${hint}: a pattern is no regular expression, and nothing may stand open before it`,
  });
}

function takes(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** A rule that never counts would be a promise that nobody keeps. */
function requireReached(rules: readonly GateRule[], at: string): void {
  for (const [index, { recipes }] of rules.entries()) {
    const before = rules.slice(0, index).findIndex((rule) => takes(rule.recipes, recipes));
    if (before === -1) continue;
    const hint = 'put the rule that takes fewer recipes first: the first one that takes one counts';
    const found = `${quote(recipes)}, all of which ${at}/${before} takes before`;
    refuse(
      { code: 'POLICY_INVALID', at: `${at}/${index}/recipes`, hint },
      found,
      'a rule that can count',
    );
  }
}

/** A list of some of these, each once. */
function requireSome<T extends string>(
  reader: ObjectReader,
  name: string,
  all: readonly [T, ...T[]],
): readonly T[] {
  const others: string[] = [];
  const found = reader.list(name, (item) => {
    const known = all.find((value) => value === item);
    if (known === undefined) others.push(typeof item === 'string' ? quote(item) : 'no text');
    return known;
  });
  const some = found.filter((value) => value !== undefined);
  if (some.length > 0 && new Set(found).size === found.length && !found.includes(undefined)) {
    return some;
  }
  return refuse(
    placeOf(reader, name),
    others.length > 0 ? others.join(', ') : 'none, or one of them twice',
    `some of ${all.map((value) => quote(value)).join(', ')}, each once`,
  );
}
