import { EvidenceError } from '../../errors/evidence-error.ts';
import { PROFILE_LETTERS, isSelection } from '../../evidence/recipe/profile-name.ts';
import type { ProfileSelection } from '../../evidence/resolve/apply-profile.ts';
import { quote } from '../../quote.ts';
import type { Options } from '../call/options.ts';

/** The value of `--profile`; undefined: the default of the profile, if there is one. */
export function profileChoice(options: Options): ProfileSelection | undefined {
  const text = options.text('profile');
  if (text === undefined) return undefined;
  const [name = '', value = ''] = text.split('=');
  if (isSelection(text)) return { name, value };
  throw new EvidenceError('USAGE', {
    at: '--profile',
    found: quote(text),
    expected: `NAME=VALUE, of ${PROFILE_LETTERS}`,
    hint: 'name the profile and its value, e.g. --profile gpuStack=preinstalled',
  });
}
