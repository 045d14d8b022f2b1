import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { isConfidential } from '../../sign/signing-config.ts';
import { PUBLIC_GOOD_MIRROR } from '../../trust/tuf/public-good.ts';

/** The address of a mirror, without a slash at the end. Throws USAGE. */
export function requireMirror(text: string = PUBLIC_GOOD_MIRROR): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && url.username + url.password + url.search + url.hash === '';
  if (isPlain && isConfidential(url)) return url.href.replace(/\/+$/, '');
  throw new EvidenceError('USAGE', {
    at: '--tuf-mirror',
    found: quote(text),
    expected: 'an https address without a password, ? and #, or http to this machine',
    hint: 'name the folder of the mirror that has timestamp.json and targets/',
  });
}
