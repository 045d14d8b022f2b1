import { describe, expect, it } from 'vitest';

import { Options, type OptionValue } from '../../../src/cli/call/options.ts';
import { REGISTRY_FLAGS } from '../../../src/cli/call/registry-flags.ts';
import { openRegistries } from '../../../src/cli/work/open-registries.ts';
import { rejection } from '../../document/refusal.ts';
import { withRegistry } from '../../oci/registry.ts';

/** What becomes of one manifest that is asked for: undefined, because it is not there. */
async function asked(
  host: string,
  values: readonly (readonly [string, OptionValue])[],
  typed: readonly string[],
): Promise<unknown> {
  const options = new Options(new Map(values), Object.keys(REGISTRY_FLAGS));
  // No login is anywhere.
  const environment = { HOME: '/nonexistent', DOCKER_CONFIG: '/nonexistent' };
  const { signal } = new AbortController();
  const registry = await openRegistries({ options, environment, signal }, typed);
  return await registry.repository(`${host}/evidence`).readManifest({ tag: 'x' }, 1);
}

describe('a registry at a private address', () => {
  it.each([
    ['is asked if its name was typed', true, false],
    ['is asked if --registry names it', false, true],
  ])('%s', async (_, isTyped, isNamed) => {
    await withRegistry({}, async ({ host }) => {
      const values = isNamed ? ([['registry', [host]]] as const) : [];
      expect(await asked(host, values, isTyped ? [`${host}/other`] : [])).toBeUndefined();
    });
  });

  it('is not asked if only a file names it', async () => {
    await withRegistry({}, async ({ host, asked: heard }) => {
      const error = await rejection(asked(host, [['registry', ['127.0.0.1']]], ['ghcr.io/x']));
      expect(error).toMatchObject({ code: 'REGISTRY_ADDRESS_PRIVATE', class: 'unjudged' });
      expect(heard).toEqual([]);
    });
  });

  it('may not name another one for logins', async () => {
    await withRegistry({}, async (other) => {
      await withRegistry({ wants: 'bearer' }, async (registry) => {
        const realm = `Bearer realm="http://${other.host}/token",service="x"`;
        registry.faults.first = (_, response) => {
          response.writeHead(401, { 'www-authenticate': realm }).end();
          return true;
        };
        const error = await rejection(asked(registry.host, [], [registry.host]));
        expect(error).toMatchObject({ code: 'REGISTRY_ADDRESS_PRIVATE', at: other.host });
        expect(error?.found).toContain('which the registry names for logins');
        expect(other.asked).toEqual([]);
      });
    });
  });
});

describe('--registry', () => {
  it.each(['https://ghcr.io', 'ghcr.io/org', 'ghcr.io:', 'user@ghcr.io', '', 'a b', 'x:70000'])(
    '%j is no host',
    async (text) => {
      const error = await rejection(asked('ghcr.io', [['registry', [text]]], []));
      expect(error).toMatchObject({ code: 'USAGE', class: 'usage', at: '--registry' });
    },
  );
});

describe('--registry-ca', () => {
  it('has to be a file with certificates', async () => {
    const error = await rejection(asked('ghcr.io', [['registry-ca', 'package.json']], []));
    expect(error).toMatchObject({ code: 'CA_CERTIFICATES_INVALID', at: 'package.json' });
  });
});
