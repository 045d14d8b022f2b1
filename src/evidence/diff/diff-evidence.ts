// What differs between two pieces of evidence, in the words of the domain. It judges neither of them.
import type { Data } from '../../document/data.ts';
import { isUnevaluable } from '../constraint/decision.ts';
import { isCeiling, isRange, parseNumberExpression } from '../constraint/number-expression.ts';
import type { Figure } from '../figure/figure.ts';
import { recipeDifferences, shownValue } from '../recipe/compare-recipes.ts';
import type { NamedPolicy } from '../redact/withholding.ts';
import type { Fingerprint } from '../snapshot/fingerprint.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { measuredOf } from './measured.ts';
import { splitWithheld, type Split } from './split-withheld.ts';

/** What can differ, in the order in which it is shown. */
export const CHANGE_KINDS = [
  'verdict',
  'signer',
  'recipe',
  'cluster',
  'versions',
  'constraints',
  'tests',
  'figures',
  'images',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One difference. All texts but `kind` and `effect` may be foreign. */
export interface Change {
  readonly kind: ChangeKind;
  readonly what: string;
  /** Null: it is not there. */
  readonly one: string | null;
  readonly other: string | null;
  readonly effect: 'better' | 'worse' | 'neutral';
  /** Of a figure: by how many percent it changed. */
  readonly percent: number | null;
}

/** What one side shows; of a report, which has no documents, less. A part is absent if it could not be read. */
export interface DiffSide {
  readonly verdict: string;
  readonly signer?: string | undefined;
  readonly facts: DiffFacts;
  /** By which values were withheld before anybody signed; absent if none were. */
  readonly redaction?: NamedPolicy | undefined;
  readonly recipe?: Data | undefined;
  readonly snapshot?: Snapshot | undefined;
  /** Of the bill of materials. */
  readonly images?: readonly string[] | undefined;
}

interface DiffFacts {
  readonly recipe?:
    | { readonly name: string; readonly digest: string; readonly profile?: string | undefined }
    | undefined;
  readonly fingerprint?: Fingerprint | undefined;
  readonly constraints?: readonly DiffConstraint[] | undefined;
  readonly phases?: readonly DiffPhase[] | undefined;
  readonly phaseConstraints?: readonly DiffFigure[] | undefined;
  readonly bom?: { readonly digest: string } | undefined;
}

type DiffConstraint = { readonly name: string; readonly outcome: string };

interface DiffPhase {
  readonly phase: string;
  readonly state: string;
  readonly tests: readonly { readonly name: string; readonly status: string }[];
}

interface DiffFigure {
  readonly phase: string;
  readonly name: string;
  readonly expected: string;
  readonly figure?: Figure | null | undefined;
}

/** A name of something, and what it is. */
type Named = readonly (readonly [name: string, value: string])[];

/** What differs, and what could not be compared. */
export interface Diff {
  readonly changes: readonly Change[];
  readonly notCompared: readonly ChangeKind[];
  /** Of how many values the first and the second side withhold what the other one shows. */
  readonly withheld: readonly [number, number];
}

/** Every difference; of each kind those of the first side first. Linear in what both sides show. */
export function diffEvidence(one: DiffSide, other: DiffSide): Diff {
  const ofBoth = [
    ...named('verdict', [['verdict', one.verdict]], [['verdict', other.verdict]]),
    ...named('signer', signerOf(one), signerOf(other)),
  ];
  const isBlank = [one, other].some(({ facts }) =>
    SHOWN.every((part) => facts[part] === undefined),
  );
  if (isBlank) {
    const notCompared = CHANGE_KINDS.filter((kind) => kind !== 'verdict' && kind !== 'signer');
    return { changes: ofBoth, notCompared, withheld: [0, 0] };
  }
  const ofClusters = clusterChanges(one, other);
  const changes = [...ofBoth, ...shownChanges(one, other), ...ofClusters.changes];
  // A version is told of among those of the cluster, wherever it was found.
  const sorted = CHANGE_KINDS.flatMap((kind) => changes.filter((change) => change.kind === kind));
  return { changes: sorted, notCompared: [], withheld: ofClusters.withheld };
}

/** A side that has none of them shows nothing: all that the other one has is no difference. */
const SHOWN = ['recipe', 'fingerprint', 'constraints', 'phases'] as const;

function shownChanges(one: DiffSide, other: DiffSide): readonly Change[] {
  const [a, b] = [one.facts, other.facts];
  return [
    ...recipeChanges(one, other),
    ...named('constraints', outcomes(a.constraints), outcomes(b.constraints)),
    ...named('tests', testsOf(a.phases), testsOf(b.phases)),
    ...figureChanges(a.phaseConstraints ?? [], b.phaseConstraints ?? []),
    ...named('images', imagesOf(one, other), imagesOf(other, one)),
  ];
}

function clusterChanges(one: DiffSide, other: DiffSide): Split<Change> {
  const changes = [
    ...named('cluster', clusterOf(one), clusterOf(other)),
    ...named('versions', versionsOf(one), versionsOf(other)),
    ...measuredChanges(one, other),
  ];
  return splitWithheld(changes, one, other);
}

function named(kind: ChangeKind, one: Named, other: Named): readonly Change[] {
  return [...paired(one, other)]
    .filter(([, from, to]) => from !== to)
    .map(([what, from = null, to = null]) => ({
      ...{ kind, what, one: from, other: to, percent: null },
      effect: effectOf(RANKED.has(kind) ? weightOf(to) - weightOf(from) : 0),
    }));
}

/** The same name a second time is another one. */
function* paired<T>(
  one: readonly (readonly [string, T])[],
  other: readonly (readonly [string, T])[],
): Generator<readonly [name: string, one: T | undefined, other: T | undefined], void> {
  const [from, to] = [byName(one), byName(other)];
  for (const [name, value] of from) yield [name, value, to.get(name)];
  for (const [name, value] of to) if (!from.has(name)) yield [name, undefined, value];
}

function byName<T>(items: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const counts = new Map<string, number>();
  const all = new Map<string, T>();
  for (const [name, value] of items) {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    all.set(count === 1 ? name : `${name} (${count})`, value);
  }
  return all;
}

/** Of these more or less is good or bad. */
const RANKED: ReadonlySet<ChangeKind> = new Set(['verdict', 'constraints', 'tests']);
const WEIGHTS: ReadonlyMap<string | null, number> = new Map([
  ['verified', 3],
  ...['passed', 'green'].map((word) => [word, 2] as const),
  ...['skipped', 'not-run', null].map((word) => [word, 1] as const),
]);

function weightOf(state: string | null): number {
  return WEIGHTS.get(state) ?? 0;
}

function effectOf(gain: number): Change['effect'] {
  if (gain === 0) return 'neutral';
  return gain > 0 ? 'better' : 'worse';
}

function signerOf({ signer }: DiffSide): Named {
  return signer === undefined ? [] : [['signer', signer]];
}

/** Field by field if both recipes are there; else by what a report has of them. */
function recipeChanges(one: DiffSide, other: DiffSide): readonly Change[] {
  const stated = named('recipe', statedRecipe(one), statedRecipe(other));
  if (one.recipe === undefined || other.recipe === undefined) return stated;
  const fields = recipeDifferences(one.recipe, other.recipe).map(
    ({ field, one: from, other: to }): Change => ({
      kind: /^componentRefs\[.*\]\.version$/s.test(field) ? 'versions' : 'recipe',
      what: field,
      one: from === undefined ? null : shownValue(from),
      other: to === undefined ? null : shownValue(to),
      ...NO_EFFECT,
    }),
  );
  return fields.length > 0 ? fields : stated;
}

const NO_EFFECT = { effect: 'neutral', percent: null } as const;

function statedRecipe({ facts: { recipe } }: DiffSide): Named {
  if (recipe === undefined) return [];
  const { name, digest, profile } = recipe;
  const profiles = profile === undefined ? [] : [['profile', profile] as const];
  return [['name', name], ...profiles, ['digest', digest]];
}

function clusterOf({ facts: { fingerprint } }: DiffSide): Named {
  return Object.entries(fingerprint ?? {}).flatMap(([name, { value }]) =>
    name === 'k8sVersion' || value === '' ? [] : [[name, `${value}`] as const],
  );
}

function versionsOf({ facts: { fingerprint } }: DiffSide): Named {
  const { os, k8sVersion } = fingerprint ?? {};
  const versions = [
    ['os', os?.version ?? ''],
    ['kubernetes', k8sVersion?.value ?? ''],
  ] as const;
  return versions.filter(([, version]) => version !== '');
}

/** What only snapshots show. */
function measuredChanges(one: DiffSide, other: DiffSide): readonly Change[] {
  if (one.snapshot === undefined || other.snapshot === undefined) return [];
  return named('cluster', measuredOf(one.snapshot), measuredOf(other.snapshot)).map((change) =>
    VERSION.test(change.what) ? { ...change, kind: 'versions' } : change,
  );
}

/** Drivers, kernels, and images with their tags. */
const VERSION = /version|driver|kernel|osrelease|^K8s\.image\./i;

function outcomes(constraints: readonly DiffConstraint[] = []): Named {
  return constraints.map(({ name, outcome }) => [name, outcome]);
}

function testsOf(phases: readonly DiffPhase[] = []): Named {
  return phases.flatMap(({ phase, state, tests }) => [
    [phase, state] as const,
    ...tests.map(({ name, status }) => [`${phase}: ${name}`, status] as const),
  ]);
}

function figureChanges(
  one: readonly DiffFigure[],
  other: readonly DiffFigure[],
): readonly Change[] {
  return [...paired(one.map(nameFigure), other.map(nameFigure))].flatMap(([what, from, to]) => {
    const texts = { one: textOf(from?.figure), other: textOf(to?.figure) };
    if (texts.one === texts.other) return [];
    return [{ kind: 'figures', what, ...texts, ...gainOf(from, to) }];
  });
}

function gainOf(
  from: DiffFigure | undefined,
  to: DiffFigure | undefined,
): Pick<Change, 'effect' | 'percent'> {
  const [a, b] = [from?.figure, to?.figure];
  if (!a || !b || a.unit !== b.unit) return NO_EFFECT;
  const gain = (b.value - a.value) * directionOf(to?.expected ?? '', b.unit);
  return { effect: effectOf(gain), percent: percentOf(a.value, b.value) };
}

function nameFigure(figure: DiffFigure): readonly [string, DiffFigure] {
  return [`${figure.phase}: ${figure.name}`, figure];
}

function textOf(figure: Figure | null | undefined): string | null {
  return !figure ? null : `${figure.text} ${figure.unit}`;
}

/** 1: more is better; -1: less is; 0: the constraint does not say. */
function directionOf(expected: string, unit: string): number {
  const expression = parseNumberExpression(expected, { dialect: 'current', unit, tolerance: 0n });
  if (isUnevaluable(expression) || !isRange(expression)) return 0;
  const [{ operator } = { operator: '==' }] = expression[0] ?? [];
  if (operator === '==') return 0;
  return isCeiling(expression) ? -1 : 1;
}

/** In tenths; null from nothing on. */
function percentOf(from: number, to: number): number | null {
  return from === 0 ? null : Math.round(((to - from) / from) * 1000) / 10;
}

/** By name if both lists are there; else the digests of the bills of materials. */
function imagesOf(side: DiffSide, opposite: DiffSide): Named {
  if (side.images !== undefined && opposite.images !== undefined) {
    return side.images.map((image) => {
      const at = image.search(/[:@](?!.*[/])/s);
      return at === -1 ? [image, ''] : [image.slice(0, at), image.slice(at + 1)];
    });
  }
  const { bom } = side.facts;
  return bom === undefined ? [] : [['bill of materials', bom.digest]];
}
