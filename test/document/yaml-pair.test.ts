import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { YamlBuilder } from '../../src/document/yaml-entries.ts';
import { pairOf } from '../../src/document/yaml-pair.ts';
import { readYaml } from '../../src/document/yaml-reader.ts';
import { DATA_BUILDER } from '../../src/document/yaml.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { propertyRuns } from '../property-runs.ts';
import { refusalOf } from './refusal.ts';

/** Writes down all that a builder is told; takes no key with an x. */
const TELLING: YamlBuilder<string> = {
  scalar: ({ value, style }) => `${style} ${JSON.stringify(value)}`,
  isKey: ({ value }) => !value.includes('x'),
  list: (items, context) => `${context}[${items.join(', ')}]`,
  map: (values, keyStyles, context) => {
    const fields = [...values].map(([key, value], index) => `${keyStyles[index]} ${key}: ${value}`);
    return `${context}{${fields.join(', ')}}`;
  },
};

function read<T>(text: string, builder: YamlBuilder<T>): T {
  return readYaml(text, 'a.yaml', builder);
}

/** A value, or what was refused. */
function outcomeOf(call: () => unknown): unknown {
  try {
    return { value: call() };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return [error.code, error.at, error.found, error.expected];
  }
}

describe('pairOf', () => {
  const pair = pairOf(DATA_BUILDER, TELLING);

  it.each([
    'a',
    '""',
    '[]',
    '{}',
    "a: 1\n\"b\": [x, {c: 'd'}]\n'e':\n  - f\n  -\n",
    '- - a\n  - b: |\n      text\n- >-\n  folded\n',
    '{"__proto__": {"__proto__": 1}}',
  ])('builds what each would build alone: %j', (text) => {
    expect(read(text, pair)).toEqual([read(text, DATA_BUILDER), read(text, TELLING)]);
  });

  it('takes a key only if both do', () => {
    // TELLING takes no x, plain data no null.
    for (const text of ['x: 1\n', '~: 1\n']) {
      const refusals = [
        refusalOf(() => read(text, pair)),
        refusalOf(() => read(text, pairOf(TELLING, DATA_BUILDER))),
      ];
      expect(refusals).toMatchObject([
        { code: 'DOCUMENT_UNSUPPORTED' },
        { code: 'DOCUMENT_UNSUPPORTED' },
      ]);
    }
    expect(read('y: 1\n', pair)[1]).toContain('plain y: plain "1"');
  });

  it('gives what each gives, and refuses what each refuses, for any text', () => {
    const part = fc.constantFrom(
      ...[
        'a',
        'b',
        ' ',
        '  ',
        '\n',
        '- ',
        ': ',
        '"',
        "'",
        '[',
        ']',
        '{',
        '}',
        ',',
        '|\n',
        '#',
        '~',
      ],
    );
    const taking: YamlBuilder<string> = {
      ...TELLING,
      isKey: (scalar) => DATA_BUILDER.isKey(scalar),
    };
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const both = outcomeOf(() => read(text, pairOf(DATA_BUILDER, taking)));
        const each = outcomeOf(() => [read(text, DATA_BUILDER), read(text, taking)]);
        expect(both).toEqual(each);
      }),
      { numRuns: propertyRuns(500, 5000) },
    );
  });
});
