import type { YamlBuilder } from './yaml-entries.ts';

/** Builds two trees of one document in one reading, so that they cannot be of two. */
export function pairOf<A, B>(
  first: YamlBuilder<A>,
  second: YamlBuilder<B>,
): YamlBuilder<readonly [A, B]> {
  return {
    scalar: (scalar) => [first.scalar(scalar), second.scalar(scalar)],
    isKey: (scalar) => first.isKey(scalar) && second.isKey(scalar),
    list: (items, context) => {
      const firsts = items.map(([item]) => item);
      const seconds = items.map(([, item]) => item);
      return [first.list(firsts, context), second.list(seconds, context)];
    },
    map: (values, keyStyles, context) => {
      const entries = [...values];
      const firsts = new Map(entries.map(([key, [value]]) => [key, value]));
      const seconds = new Map(entries.map(([key, [, value]]) => [key, value]));
      return [first.map(firsts, keyStyles, context), second.map(seconds, keyStyles, context)];
    },
  };
}
