import { isDigest, type Digest } from '../../digest.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';

/** What `--attestation` names. Throws USAGE. */
export function namedAttestation({ options }: Pick<Call, 'options'>): Digest | undefined {
  const text = options.text('attestation');
  if (text === undefined || isDigest(text)) return text;
  const hint = 'write the digest of the manifest that attaches it, as evidence status lists it';
  const place = { code: 'USAGE', at: '--attestation', hint } as const;
  return refuse(place, quote(text), 'sha256: and 64 lower-case hexadecimal digits');
}
