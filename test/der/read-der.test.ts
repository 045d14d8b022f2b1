import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TAG, childrenOf, parseDer } from '../../src/der/read-der.ts';
import * as writer from '../../src/der/write-der.ts';
import type { Place } from '../../src/place.ts';
import { refusalOf } from '../document/refusal.ts';

const PLACE: Place = { code: 'TIMESTAMP_INVALID', at: 'here', hint: 'look again' };

describe('the DER reader', () => {
  it('reads what the writer writes, of any length', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (texts) => {
        const bytes = writer.sequence(...texts.map((text) => writer.octetString(text)));
        const items = childrenOf(parseDer(bytes, PLACE), TAG.sequence);
        expect(items.map(({ contents }) => contents)).toEqual(
          texts.map((text) => Buffer.from(text)),
        );
        expect(items.every(({ tag }) => tag === TAG.octetString)).toBe(true);
      }),
    );
  });

  it('refuses anything else with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const refusal = refusalOf(() =>
          expect(parseDer(bytes, PLACE).raw).toEqual(Buffer.from(bytes)),
        );
        expect([undefined, 'TIMESTAMP_INVALID']).toContain(refusal?.code);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['two values', '05000500'],
    ['a tag alone', '30'],
    ['a value that is cut off', '040341'],
    ['a length of one in two bytes', '04810141'],
    ['a length with a leading zero', '0482000141'],
    ['no length in advance', '3080050000'],
    ['a length of five bytes', '04850000000001'],
    ['a tag of two bytes', '1f8100'],
  ])('refuses %s', (_, hex) => {
    expect(refusalOf(() => parseDer(Buffer.from(hex, 'hex'), PLACE))?.code).toBe(
      'TIMESTAMP_INVALID',
    );
  });
});
