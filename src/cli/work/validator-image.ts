import { parseImage } from '../../bom/image.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';

/** `NAME=REF`; a reference has no `=`, the name of a test may. Throws USAGE. */
export function validatorImage(word: string): { readonly test: string; readonly image: string } {
  const [, test = '', image = ''] = /^(.+)=([^=]+)$/s.exec(word) ?? [];
  if (parseImage(image) !== undefined) return { test, image };
  throw new EvidenceError('USAGE', {
    at: '--validator-image',
    found: quote(word),
    expected: 'the name of a test, = and a reference to its image',
    hint: 'write it like --validator-image nccl-all-reduce-bw=ghcr.io/owner/image@sha256:…',
  });
}
