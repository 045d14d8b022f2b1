import { parseImage } from '../../bom/image.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';

/** `NAME=REF`; a reference has no `=`, the name of a test may. Throws USAGE. */
export function validatorImage(word: string): { readonly test: string; readonly image: string } {
  const [, test = '', image = ''] = /^(.+)=([^=]+)$/s.exec(word) ?? [];
  if (parseImage(image) !== undefined) return { test, image };
  const hint = 'write it like --validator-image nccl-all-reduce-bw=ghcr.io/owner/image@sha256:…';
  const expected = 'the name of a test, = and a reference to its image';
  refuse({ code: 'USAGE', at: '--validator-image', hint }, quote(word), expected);
}
