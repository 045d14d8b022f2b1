import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { registryFailed } from '../../../src/io/oci/registry-failed.ts';
import { escapeInvisible } from '../../../src/quote.ts';
import { propertyRuns } from '../../property-runs.ts';

const REGISTRY = {
  ...{ name: 'registry', at: 'registry.example/x', host: 'registry.example' },
  ...{ source: undefined, secrets: ['pass-word-1'] },
};
const RUNS = { numRuns: propertyRuns(200, 6000) };
const ANY = fc.string({ unit: 'binary' });

function foundOf(said: string): string {
  return registryFailed(REGISTRY, { status: 400, said }, { what: 'the blob x' }).found;
}

describe('what a registry says of its error', () => {
  it('is its code and its message, and else the text', () => {
    const errors = [{ code: 'DENIED', message: 'not yours' }, { code: 'OTHER' }];
    expect(foundOf(JSON.stringify({ errors }))).toMatch(/: "DENIED: not yours"$/);
    for (const said of ['{"errors":[]}', '{"errors":[7]}', '{"errors":{"0":1}}', 'null', '"x"']) {
      expect(foundOf(said)).toMatch(/credentials: "/);
    }
    expect(foundOf('')).toMatch(/without credentials$/);
  });

  it('does not ask a publisher whether the package is public', () => {
    for (const [actions, source, status, next] of [
      ['pull,push', undefined, 401, /^log in: docker login registry\.example$/],
      ['pull,push', undefined, 403, /^log in: docker login registry\.example$/],
      ['pull', undefined, 403, /is the package public\?$/],
      ['pull,push', 'config.json', 401, /^these credentials are wrong or expired/],
      ['pull,push', 'config.json', 403, /^check that these credentials may do this here/],
    ] as const) {
      const asked = { what: 'x', actions };
      const error = registryFailed({ ...REGISTRY, source }, { status, said: '' }, asked);
      expect(error.hint).toMatch(next);
    }
  });

  it('has no character that changes the line, and no secret, whatever it is', () => {
    fc.assert(
      fc.property(ANY, ANY, fc.json(), (code, message, json) => {
        const body = JSON.stringify({ errors: [{ code, message: `${message}pass-word-1` }] });
        for (const said of [body, json, code, `{"errors":[${json}]}`]) {
          const found = foundOf(said);
          expect(escapeInvisible(found)).toBe(found);
          expect(found).not.toContain('pass-word-1');
          expect(found.length).toBeLessThan(2500);
        }
      }),
      RUNS,
    );
  });
});
