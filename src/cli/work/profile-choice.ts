import { PROFILE_LETTERS, isSelection } from '../../evidence/recipe/profile-name.ts';
import type { ProfileSelection } from '../../evidence/resolve/apply-profile.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Options } from '../call/options.ts';

/** The value of `--profile`; undefined: the default of the profile, if there is one. */
export function profileChoice(options: Options): ProfileSelection | undefined {
  const text = options.text('profile');
  if (text === undefined) return undefined;
  const [name = '', value = ''] = text.split('=');
  if (isSelection(text)) return { name, value };
  const hint = 'name the profile and its value, e.g. --profile gpuStack=preinstalled';
  const found = quote(text);
  refuse({ code: 'USAGE', at: '--profile', hint }, found, `NAME=VALUE, of ${PROFILE_LETTERS}`);
}
