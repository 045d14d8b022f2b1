// The schemas of commitments, openings and revealed values say what the program writes and takes.
import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { plain, type Json } from '../../../src/document/data.ts';
import { withheldValue } from '../../../src/evidence/redact/commitment.ts';
import { commit, parseOpenings } from '../../../src/evidence/redact/openings.ts';
import { parseRedaction } from '../../../src/evidence/redact/redaction-file.ts';
import { encodeRevealed, parseRevealed } from '../../../src/evidence/redact/revealed.ts';
import { refusalOf } from '../../document/refusal.ts';
import { placesOf, pointerOf, withChange } from '../claim/json-places.ts';
import { SECRET } from './committed.ts';

const files = [{ path: 'a.json', bytes: Buffer.from('raw') }];
const values = [
  withheldValue('a.json', '/x/x', 'a text'),
  withheldValue('a.json', '/x/y', plain('integer', '7')),
];
const made = commit(SECRET, { files, values }, 'redaction.json');
const revealed = encodeRevealed(parseOpenings(made.openings, 'o'), ['a.json']);

describe.each<[string, Uint8Array, (bytes: Uint8Array, file: string) => unknown]>([
  ['redaction', made.bytes, parseRedaction],
  ['openings', made.openings, parseOpenings],
  ['revealed', revealed, parseRevealed],
])('the schema of %s', (name, bytes, parse) => {
  const url = new URL(`../../../schemas/${name}.schema.json`, import.meta.url);
  const isValid = new Ajv2020({ strict: true, strictRequired: false }).compile(
    JSON.parse(readFileSync(url, 'utf8')) as object,
  );
  const document = JSON.parse(String(bytes)) as Json;
  const isTaken = (json: Json): boolean =>
    refusalOf(() => parse(Buffer.from(JSON.stringify(json)), 'f')) === undefined;

  it('takes what is written', () => {
    expect([isValid(document), isTaken(document)]).toEqual([true, true]);
  });

  it.each(['1.0', '1.7.3'])('takes version %s', (version) => {
    const changed = withChange(document, ['schemaVersion'], version);
    expect([isValid(changed), isTaken(changed)]).toEqual([true, true]);
  });

  it('refuses each value that is missing or another, and each field that is added, as the program does', () => {
    const places = placesOf(document).filter(({ path }) => path.length > 0);
    expect(places.length).toBeGreaterThan(4);
    for (const { path, value, isItem } of places) {
      const isMap = typeof value === 'object' && !Array.isArray(value);
      const changes: readonly Json[] = [
        // That a text has its type no schema can say: this one has either.
        ...[null, 5, '77'].map((other) => withChange(document, path, other)),
        ...(isItem ? [] : [withChange(document, path, undefined)]),
        ...(isMap ? [withChange(document, [...path, 'more'], 1)] : []),
      ];
      for (const changed of [...changes, withChange(document, ['more'], 1)]) {
        expect([pointerOf(path), isValid(changed)]).toEqual([pointerOf(path), isTaken(changed)]);
      }
    }
  });
});
