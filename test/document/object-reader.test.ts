import { describe, expect, it } from 'vitest';

import { decodeJson } from '../../src/document/json.ts';
import { ObjectReader, requireSchemaVersion } from '../../src/document/object-reader.ts';
import { refusalOf } from './refusal.ts';

function readerOf(document: unknown): ObjectReader {
  return new ObjectReader(decodeJson(Buffer.from(JSON.stringify(document)), 'a.json'), 'a.json');
}

describe('a field that is missing', () => {
  it('is named together with the misspelt one that stands there', () => {
    const error = refusalOf(() => readerOf({ checks: [], nmae: 'x' }).string('name'));
    expect(error).toMatchObject({
      code: 'FIELD_MISSING',
      at: 'a.json#/name',
      found: 'no "name", but "nmae"',
      hint: 'write "name" for "nmae"',
    });
  });

  it.each([{}, { other: 'x' }, { nothingLikeIt: 1 }])('is only missing beside %j', (document) => {
    const error = refusalOf(() => readerOf(document).string('name'));
    expect(error).toMatchObject({ found: 'nothing', expected: 'a string', hint: 'add the field' });
  });

  it('is not taken for one that was read', () => {
    const reader = readerOf({ digest: 'x' });
    reader.string('digest');
    expect(refusalOf(() => reader.string('digests'))).toMatchObject({ found: 'nothing' });
  });

  it('says which version belongs there', () => {
    const error = refusalOf(() => requireSchemaVersion(readerOf({ signers: [] })));
    expect(error).toMatchObject({
      at: 'a.json#/schemaVersion',
      expected: '"1.0.0", or another version 1.x',
    });
  });
});

describe('a field that nobody knows', () => {
  it.each([
    ['tsaUrl', 'did you mean "tsaUrls"?'],
    ['caUrlss', 'remove the field, or upgrade affidavit if a newer version wrote it'],
    ['other', 'remove the field, or upgrade affidavit if a newer version wrote it'],
  ])('is refused with the absent one that was probably meant: %s', (name, hint) => {
    const reader = readerOf({ caUrls: [], [name]: [] });
    reader.list('caUrls', (item) => item);
    reader.optionalList('tsaUrls', (item) => item);
    const error = refusalOf(() => reader.end());
    expect(error).toMatchObject({ code: 'FIELD_UNKNOWN', at: `a.json#/${name}`, hint });
  });

  it('is a finding with the one that was probably meant, where the format is open', () => {
    const reader = readerOf({ phase: 'deployment', chekcs: [] });
    reader.string('phase');
    reader.optionalList('checks', (item) => item);
    const [finding] = reader.ignored(['timeout']);
    expect(finding).toMatchObject({
      code: 'FIELD_IGNORED',
      at: 'a.json#/chekcs',
      hint: 'did you mean "checks"? a field of a newer AICR is not evaluated here',
    });
  });
});

describe('a key of megabytes', () => {
  const key = 'k'.repeat(7_000_000);
  const json = (value: string): Buffer => Buffer.from(`{"${key}": ${value}}`);
  const read = (value: string) => decodeJson(json(value), 'a.json');

  it.each<[string, () => string | undefined]>([
    ['in JSON that cannot be read', () => refusalOf(() => read('tru'))?.at],
    [
      'of a field with another type',
      () => refusalOf(() => new ObjectReader(read('1'), 'a.json').string(key))?.at,
    ],
  ])('is shown short in the place of an error: %s', (_, place) => {
    expect(place()).toMatch(/\/k{100}/);
    expect(place()?.length).toBeLessThan(400);
  });
});
