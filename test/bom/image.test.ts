import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { imagesOfValues, parseImage, renderImage } from '../../src/bom/image.ts';
import { decodeJson } from '../../src/document/json.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

function imagesIn(values: unknown): readonly string[] {
  const data = decodeJson(new TextEncoder().encode(JSON.stringify(values)), 'values');
  return imagesOfValues(data).map(renderImage);
}

describe('parseImage', () => {
  it.each<[string, string, string | undefined, string | undefined]>([
    ['pause', 'pause', undefined, undefined],
    ['pause:3.10', 'pause', '3.10', undefined],
    ['localhost:5000/pause', 'localhost:5000/pause', undefined, undefined],
    ['localhost:5000/a/pause:3.10', 'localhost:5000/a/pause', '3.10', undefined],
    [`gcr.io/a/pause@${DIGEST}`, 'gcr.io/a/pause', undefined, DIGEST],
    [`gcr.io/a/pause:3.10@${DIGEST}`, 'gcr.io/a/pause', '3.10', DIGEST],
  ])('reads %s', (text, name, tag, digest) => {
    expect(parseImage(text)).toEqual({ name, tag, digest });
    expect(renderImage({ name, tag, digest })).toBe(text);
  });

  it.each(['', ':3.10', 'https://example.com/x', 'a b:c', 'pause:', 'pause@sha256:12', '-'])(
    'reads nothing from %j',
    (text) => {
      expect(parseImage(text)).toBeUndefined();
    },
  );

  it('reads what it renders', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const image = fc.record({
      name: fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
      tag: fc.option(word, { nil: undefined }),
      digest: fc.constantFrom(undefined, DIGEST),
    });
    fc.assert(
      fc.property(image, (any) => {
        expect(parseImage(renderImage(any))).toEqual(any);
      }),
    );
  });
});

describe('imagesOfValues', () => {
  it.each([
    ['a reference', { image: 'ghcr.io/a/b:v1' }, ['ghcr.io/a/b:v1']],
    ['repository and tag', { image: { repository: 'ghcr.io/a/b', tag: 'v1' } }, ['ghcr.io/a/b:v1']],
    ['a tag without quotes', { image: { repository: 'a/b', tag: 1.1 } }, ['a/b:1.1']],
    [
      'a registry',
      { image: { registry: 'quay.io', repository: 'a/b', tag: 'v1' } },
      ['quay.io/a/b:v1'],
    ],
    ['a digest', { image: { repository: 'a/b', digest: DIGEST } }, [`a/b@${DIGEST}`]],
    [
      'repository, image and version',
      { driver: { repository: 'nvcr.io/nvidia', image: 'driver', version: '580' } },
      ['nvcr.io/nvidia/driver:580'],
    ],
    ['a list', { containers: [{ image: 'a:1' }, { image: 'b:2' }] }, ['a:1', 'b:2']],
  ])('finds %s', (_, values, expected) => {
    expect(imagesIn(values)).toEqual(expected);
  });

  it.each([
    ['a word', { image: 'driver' }],
    ['a chart', { repository: 'https://charts.example.com', tag: 'v1' }],
    ['a chart with a version', { repository: 'charts', version: 'v1' }],
    ['nulls', { image: { repository: 'a/b', tag: null } }],
    ['settings', { cdi: { enabled: true }, replicas: 2 }],
  ])('finds nothing in %s', (_, values) => {
    expect(imagesIn(values)).toEqual([]);
  });
});
