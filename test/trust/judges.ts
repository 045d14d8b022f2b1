import { ATTESTATION } from '../../src/evidence/layout.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import { encode, type RootJson } from './forge.ts';

/** What the judges say under a root: `verified`, or code and place; both, if they differ. */
export function judgesUnder(root: RootJson): (bundle: unknown) => string {
  const judges = [
    sigstoreTrust(encode(root), 'root.json'),
    sigstoreTrust(encode(root), 'root.json', { judge: 'own' }),
  ];
  return (bundle) => {
    const bytes = bundle instanceof Uint8Array ? bundle : encode(bundle);
    const verdicts = judges.map((trust) => {
      const refusal = refusalOf(() => trust.verify(bytes, ATTESTATION));
      return refusal === undefined ? 'verified' : `${refusal.code} ${refusal.at}`;
    });
    return [...new Set(verdicts)].join('; by our own judge alone: ');
  };
}
