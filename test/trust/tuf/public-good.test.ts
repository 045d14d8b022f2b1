import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';

import { publicGoodRoot } from '../../../src/trust/public-good.ts';
import { PUBLIC_GOOD_MIRROR, publicGoodTufRoot } from '../../../src/trust/tuf/public-good.ts';

describe('what is embedded of the public-good instance', () => {
  const { 'root.json': root, targets } = seeds[PUBLIC_GOOD_MIRROR];

  it('is the TUF root that @sigstore/tuf starts from, byte for byte', () => {
    expect(Buffer.from(publicGoodTufRoot()).toString('base64')).toBe(root);
  });

  it('is the trusted root of @sigstore/tuf, byte for byte', () => {
    expect(Buffer.from(publicGoodRoot()).toString('base64')).toBe(targets['trusted_root.json']);
  });
});
