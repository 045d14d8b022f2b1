// What is kept reads back as it was, whatever characters it has.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AICR_KEEP } from '../../../src/evidence/redact/policy.ts';
import { minimalSnapshot } from '../../../src/evidence/redact/redact.ts';
import { readSnapshot, subtypeOf } from '../../../src/evidence/snapshot/snapshot.ts';
import { propertyRuns } from '../../property-runs.ts';

function escaped(json: string): string {
  const escape = (character: string): string =>
    `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
  return json.replaceAll(/[^ -~]/gu, escape);
}

/** What becomes of a snapshot that has nothing but the name of the system and these settings. */
function redacted(name: string, keys: readonly string[]) {
  const document = {
    ...{ kind: 'Snapshot', apiVersion: 'aicr.run/v1', metadata: { version: 'v1.0.0' } },
    measurements: [
      {
        type: 'OS',
        subtypes: [
          { subtype: 'release', data: { NAME: name } },
          { subtype: 'sysctl', data: Object.fromEntries(keys.map((key) => [key, 'x'])) },
        ],
      },
    ],
  };
  const keep = {
    ...AICR_KEEP,
    keys: new Map([...AICR_KEEP.keys, ['OS.sysctl', new Set(keys)] as const]),
  };
  const given = readSnapshot(Buffer.from(escaped(JSON.stringify(document))), 'given.yaml');
  const bytes = minimalSnapshot(given, keep);
  const again = readSnapshot(bytes, 'snapshot.yaml');
  expect(Buffer.from(minimalSnapshot(again, keep)).equals(bytes)).toBe(true);
  const of = (subtype: string) => [...(subtypeOf(again, 'OS', subtype)?.data ?? [])];
  return { file: new TextDecoder().decode(bytes), name: of('release'), settings: of('sysctl') };
}

describe('a text that is kept', () => {
  it.each([
    ['\nUbuntu', '"\\nUbuntu"'],
    ['\n', '"\\n"'],
    ['a\u{2028}b', '"a\\Lb"'],
    ['\u{2029}', '"\\P"'],
    ['<<', '"<<"'],
  ])(
    'is in double quotes if yaml.v3 writes %j so that it means something else',
    (text, spelled) => {
      const { file, name, settings } = redacted(text, [text]);
      expect([name, settings]).toEqual([[['NAME', text]], [[text, 'x']]]);
      expect(file).toContain(`          NAME: ${spelled}\n`);
    },
  );

  it('reads back as it was', () => {
    const character = fc.oneof(
      fc.constantFrom(...'\n\n  \t\r-:#\'"<|>?&*!%@`{}[],ab1'),
      fc.constantFrom('\u{85}', '\u{2028}', '\u{2029}', '\u{FEFF}', '\u{0}', '\u{1F600}'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    );
    const text = fc.oneof(
      fc.array(character, { maxLength: 9 }).map((parts) => parts.join('')),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (value) => {
        const { name, settings } = redacted(value, [value]);
        expect([name, settings]).toEqual([[['NAME', value]], [[value, 'x']]]);
      }),
      { numRuns: propertyRuns(300, 6000) },
    );
  });
});

it('has its keys in the order of yaml.v3, not in that of their bytes', () => {
  const keys = ['A30', 'A100', 'k', 'k-', 'k2', 'k10', 'ka'];
  const { settings } = redacted('x', keys.toReversed());
  expect(settings.map(([key]) => key)).toEqual(keys);
});
