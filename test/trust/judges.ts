import { ATTESTATION } from '../../src/evidence/layout.ts';
import type { SigstoreTrust } from '../../src/trust/trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import { encode, type RootJson } from './forge.ts';

/**
 * Trust by both judges, which must say exactly what our own judge alone says. Only a disagreement may be
 * said by both alone.
 */
export function bothWays(root: Uint8Array, source: string): SigstoreTrust {
  const both = sigstoreTrust(root, source);
  const own = sigstoreTrust(root, source, { judge: 'own' });
  return {
    ...both,
    verify: (bytes, file) => {
      const [said, alone] = [both, own].map((trust) => verdictOf(() => trust.verify(bytes, file)));
      if (said !== alone) throw new TypeError(`both judges: ${said}; our own alone: ${alone}`);
      return both.verify(bytes, file);
    },
  };
}

/** What the judges say under a root: `verified`, or code and place; both, if they differ. */
export function judgesUnder(root: RootJson): (bundle: unknown) => string {
  const judges = [
    sigstoreTrust(encode(root), 'root.json'),
    sigstoreTrust(encode(root), 'root.json', { judge: 'own' }),
  ];
  return (bundle) => {
    const bytes = bundle instanceof Uint8Array ? bundle : encode(bundle);
    const verdicts = judges.map((trust) => verdictOf(() => trust.verify(bytes, ATTESTATION)));
    return [...new Set(verdicts)].join('; by our own judge alone: ');
  };
}

function verdictOf(verify: () => unknown): string {
  const refusal = refusalOf(verify);
  return refusal === undefined ? 'verified' : `${refusal.code} ${refusal.at}`;
}
