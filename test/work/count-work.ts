// Counts what work costs, not how long it takes: how often each block of code was run, as V8 counts it,
// and how far the functions that V8 has built in walked, which it does not count.
import { Hash } from 'node:crypto';
import { Session, type Profiler } from 'node:inspector';

const session = new Session();
session.connect();

/** From now on; code that was compiled before is counted by its functions alone. */
export function startCounting(): void {
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  patch();
}

/** What the work costs, in blocks and in steps of built-in functions. */
export async function costOf(work: () => unknown): Promise<number> {
  take();
  steps = 0;
  await work();
  const walked = steps;
  return walked + take();
}

function take(): number {
  let sum = 0;
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error;
    sum = result.flatMap(blocksOf).reduce((total, { count }) => total + count, 0);
  });
  return sum;
}

function blocksOf({ url, functions }: Profiler.ScriptCoverage): readonly Profiler.CoverageRange[] {
  return url.includes('/test/work/') ? [] : functions.flatMap(({ ranges }) => ranges);
}

let steps = 0;

type Anything = (...args: readonly unknown[]) => unknown;
/** How many steps a call took. */
type Walk = (self: unknown, args: readonly unknown[], result: unknown) => number;

function patch(): void {
  const byIndex: Walk = (self, [, from = 0], result) =>
    (Number(result) < 0 ? lengthOf(self) : Number(result)) - Number(from) + 1;
  const byAnswer: Walk = (self, _, result) => (result === true ? 1 : lengthOf(self));
  const whole: Walk = (self) => lengthOf(self);
  const given: Walk = (_, [argument]) => lengthOf(argument);
  const made: Walk = (_, __, result) => lengthOf(result);
  walk(Array.prototype, ['indexOf'], byIndex);
  walk(
    Array.prototype,
    ['includes', 'lastIndexOf', 'join', 'flat', 'reverse', 'toReversed'],
    whole,
  );
  walk(Array.prototype, ['find', 'findIndex', 'filter', 'some', 'every', 'map', 'flatMap'], whole);
  walk(Array.prototype, ['slice', 'concat', 'splice', 'toSorted', 'sort', 'shift'], made);
  walk(String.prototype, ['indexOf'], byIndex);
  walk(String.prototype, ['includes'], byAnswer);
  walk(String.prototype, ['lastIndexOf', 'split', 'replace', 'replaceAll', 'search'], whole);
  walk(String.prototype, ['match', 'normalize', 'toLowerCase', 'toUpperCase', 'trim'], whole);
  walk(String.prototype, ['isWellFormed', 'toWellFormed', 'trimEnd', 'trimStart'], whole);
  walk(String.prototype, ['slice', 'padEnd', 'padStart', 'repeat'], made);
  walkPatterns();
  walk(Map.prototype, ['get', 'has', 'set'], given);
  walk(Set.prototype, ['has', 'add'], given);
  walk(JSON, ['parse'], given);
  walk(JSON, ['stringify'], made);
  walk(Object, ['keys', 'values', 'entries', 'fromEntries', 'assign'], made);
  walk(Buffer, ['from', 'concat'], made);
  walk(Buffer, ['compare'], given);
  walk(Buffer.prototype, ['toString', 'equals', 'compare'], whole);
  walk(Uint8Array.prototype, ['slice'], made);
  walk(Uint8Array.prototype, ['every'], whole);
  walk(Uint8Array.prototype, ['indexOf'], byIndex);
  walk(Buffer.prototype, ['indexOf'], byIndex);
  walk(Uint8Array.prototype, ['set'], given);
  walk(TextDecoder.prototype, ['decode'], made);
  walk(TextEncoder.prototype, ['encode'], made);
  walk(Hash.prototype, ['update'], given);
  for (const iterable of [[], new Map(), new Set(), '']) walkIterator(iterable);
}

function walk(owner: object, names: readonly string[], stepsOf: Walk): void {
  for (const name of names) {
    replace(owner, name, (original) => {
      return function walked(this: unknown, ...args: readonly unknown[]): unknown {
        const result = Reflect.apply(original, this, args);
        steps += stepsOf(this, args, result);
        return result;
      };
    });
  }
}

function replace(owner: object, name: string, by: (original: Anything) => Anything): void {
  const value = by(Reflect.get(owner, name) as Anything);
  Object.defineProperty(owner, name, { configurable: true, writable: true, value });
}

/** Spreads, `new Set(list)` and their like go through it: each item is a step. */
function walkIterator(iterable: Iterable<unknown>): void {
  replace(Object.getPrototypeOf(iterable[Symbol.iterator]()) as object, 'next', (original) => {
    return function walked(this: unknown): unknown {
      steps += 1;
      return Reflect.apply(original, this, []);
    };
  });
}

function walkPatterns(): void {
  replace(RegExp.prototype, 'exec', (original) => {
    return function walked(this: unknown, text: unknown): unknown {
      const pattern = this as RegExp;
      const start = pattern.global || pattern.sticky ? pattern.lastIndex : 0;
      const result = Reflect.apply(original, this, [text]);
      steps += matched(pattern, text, result as RegExpExecArray | null, start);
      return result;
    };
  });
}

/** A search goes to the end of the match, or of the text. */
function matched(
  pattern: RegExp,
  text: unknown,
  match: RegExpExecArray | null,
  start: number,
): number {
  if (match !== null) return match.index + match[0].length - start + 1;
  return pattern.sticky ? 1 : lengthOf(text) - start;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.length;
  return 0;
}
