import { parseServiceUrl } from '../../sign/signing-config.ts';
import { PUBLIC_GOOD_MIRROR } from '../../trust/tuf/public-good.ts';

/** The address of a mirror, without a slash at the end. Throws USAGE. */
export function requireMirror(text: string = PUBLIC_GOOD_MIRROR): string {
  const hint = 'name the folder of the mirror that has timestamp.json and targets/';
  const { href } = parseServiceUrl(text, { code: 'USAGE', at: '--tuf-mirror', hint });
  return href.replace(/\/+$/, '');
}
