import type { Registry } from '../../pointer/registry.ts';
import { guardedExchange } from './address-guard.ts';
import type { RegistryOptions } from './connection.ts';
import { openAuthorizer } from './open-authorizer.ts';
import { openRemoteRegistry } from './remote-repository.ts';

export interface OpenRegistry extends Pick<RegistryOptions, 'ca' | 'signal'> {
  /** Says where the logins of Docker and podman are, e.g. `process.env`; without one nobody is logged in. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** `HOST[:PORT]` of each registry that the caller knows: no other may be at a private address. */
  readonly named?: readonly string[] | undefined;
}

/** Registries over HTTP, with the logins of an environment. No request is made before something is asked for. */
export function openRegistry({
  environment = {},
  named = [],
  ca,
  signal,
}: OpenRegistry = {}): Registry {
  const authorizer = openAuthorizer({ environment, exchange: guardedExchange(named, ca) });
  return openRemoteRegistry({ authorizer, named, ca, signal });
}
