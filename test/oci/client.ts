// A client of a registry of a test, by the code that is tested.
import type { Authorizer } from '../../src/io/oci/authorizer.ts';
import type { RegistryOptions } from '../../src/io/oci/connection.ts';
import { openRemoteRegistry } from '../../src/io/oci/remote-repository.ts';
import type { Repository } from '../../src/pointer/registry.ts';
import type { TestRegistry } from './call.ts';

/** Nobody: what is asked for is given to everybody, or not at all. */
const ANONYMOUS: Authorizer = {
  header: async () => await Promise.resolve(undefined),
  renew: async () => await Promise.resolve(false),
  source: () => undefined,
  secrets: [],
};

/** Has these credentials as soon as it is asked for them. */
export function authorizerWith(value: string): Authorizer {
  let known: string | undefined;
  return {
    header: async () => await Promise.resolve(known),
    renew: async () => {
      const isNew = known === undefined;
      known = value;
      return await Promise.resolve(isNew);
    },
    source: () => (known === undefined ? undefined : '~/.docker/config.json'),
    secrets: [value],
  };
}

/** Its repository `evidence`, without pauses. */
export function repositoryOf(
  { host }: Pick<TestRegistry, 'host'>,
  options: Partial<RegistryOptions> = {},
): Repository {
  const wait = async (): Promise<void> => {
    await Promise.resolve();
  };
  const all = { authorizer: ANONYMOUS, named: [host], wait, ...options };
  return openRemoteRegistry(all).repository(`${host}/evidence`);
}
