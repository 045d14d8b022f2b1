import { EvidenceError } from '../../errors/evidence-error.ts';
import type { ProfileSelection } from '../../evidence/resolve/apply-profile.ts';
import { isProfileName } from '../../evidence/resolve/profile.ts';
import { quote } from '../../quote.ts';
import type { Options } from '../call/options.ts';

/** The value of `--profile`; undefined: the default of the profile, if there is one. */
export function profileChoice(options: Options): ProfileSelection | undefined {
  const text = options.text('profile');
  if (text === undefined) return undefined;
  const [name = '', value = '', ...others] = text.split('=');
  if (others.length === 0 && isProfileName(name) && isProfileName(value)) return { name, value };
  throw new EvidenceError('USAGE', {
    at: '--profile',
    found: quote(text),
    expected: 'NAME=VALUE, of letters, digits, ".", "_" and "-"',
    hint: 'name the profile and its value, e.g. --profile gpuStack=preinstalled',
  });
}
