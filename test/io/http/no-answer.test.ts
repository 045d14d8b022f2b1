import { expect, it } from 'vitest';

import { checkAddress } from '../../../src/io/http/no-answer.ts';
import { PUBLIC_GOOD_SIGNING_SOURCE } from '../../../src/sign/public-good-signing-config.ts';

it.each([
  [undefined, ''],
  ['--oidc-issuer', ', which --oidc-issuer names'],
  ['config.json#/caUrls/0/url', ', which config.json#/caUrls/0/url names'],
  [
    `${PUBLIC_GOOD_SIGNING_SOURCE}#/oidcUrls/0/url`,
    ', which the embedded public-good signing config names',
  ],
])('an address that %s names is said in one sentence', (namedBy, whence) => {
  expect(checkAddress({ namedBy })).toBe(
    `check this address${whence}: another service may be there`,
  );
});
