import { parseReference } from '../../artifact-reference.ts';
import { openRegistry } from '../../io/oci/open-registry.ts';
import { readCaCertificates } from '../../io/sigstore/ca-certificates.ts';
import { refuse } from '../../place.ts';
import type { Registry } from '../../pointer/registry.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';

/**
 * The registries that a command may ask, with the flags of `REGISTRY_FLAGS` and the logins of this user.
 *
 * @param typed `HOST/REPO` of every reference that was typed, and not read from a file
 * @throws EvidenceError USAGE, and what `readCaCertificates` throws
 */
export async function openRegistries(
  { options, environment, signal }: Pick<Call, 'environment' | 'options' | 'signal'>,
  typed: readonly string[],
): Promise<Registry> {
  const hosts = registriesIn(options);
  const named = [...hosts, ...typed.map((name) => name.split('/', 1).join(''))];
  const ca = await readCaCertificates(options.text('registry-ca'));
  return openRegistry({ environment, named, ca, signal });
}

/** Those of `--registry`. Throws USAGE. */
export function registriesIn(options: Call['options']): readonly string[] {
  return options.texts('registry').map((text) => requireHost(text));
}

function requireHost(text: string): string {
  if (!text.includes('/') && parseReference(`${text}/x`)?.repository === `${text}/x`) return text;
  const hint = 'name the host alone, without https:// and without a repository';
  refuse({ code: 'USAGE', at: '--registry', hint }, quote(text), 'HOST or HOST:PORT');
}
