import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { wrapTalk } from '../../../src/cli/call/wrap-talk.ts';
import { propertyRuns } from '../../property-runs.ts';

const TERMINAL = { isTTY: true, columns: 40 };
const PLACE = { used: 7, indent: 7 };

describe('wrapTalk', () => {
  it('breaks words at spaces, and nothing where no terminal is', () => {
    const text = 'check the network and this address, which another service may have by now';
    expect(wrapTalk(text, TERMINAL, PLACE).split('\n')).toEqual([
      'check the network and this',
      '       address, which another service',
      '       may have by now',
    ]);
    expect(wrapTalk(text, {}, PLACE)).toBe(text);
  });

  it.each([
    'affidavit evidence sign out --emit-evidence out.signed --layout directory',
    '--certificate-identity a@example.com --certificate-oidc-issuer https://example.com',
    '`kubectl get configmap NAME -o "jsonpath={.data}"`',
    '"a path that has many spaces in it, and more than a line has room for"',
  ])('never breaks %s', (copied) => {
    const text = `to go on from here, run this: ${copied}; then verify what it wrote again`;
    expect(wrapTalk(text, TERMINAL, PLACE).split('\n').join(' ')).toContain(copied);
    expect(wrapTalk(text, TERMINAL, PLACE)).toContain(copied);
  });

  it('changes nothing but spaces', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '-', '"', '`', ' ', ';') }), (text) => {
        const said = wrapTalk(text, TERMINAL, PLACE);
        expect(said.replaceAll(/\s+/g, '')).toBe(text.replaceAll(/\s+/g, ''));
      }),
      { numRuns: propertyRuns(300, 5000) },
    );
  });
});
