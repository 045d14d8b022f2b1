import type { LookupFunction } from 'node:net';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { isLoopback } from '../../sign/signing-config.ts';
import { exchange } from '../http/client.ts';
import { isPrivateHost, pinnedLookup } from './private-address.ts';

/** What Docker calls its registry, and where that answers. */
const DOCKER_HUB = ['docker.io', 'registry-1.docker.io'] as const;

/**
 * Where a registry answers, `HOST[:PORT]`: by plain http only on this machine.
 *
 * @param isTls whether certificates are named for registries: then one on this machine has TLS too
 */
export function registryUrl(host: string, isTls: boolean): URL {
  const url = new URL(`https://${host === DOCKER_HUB[0] ? DOCKER_HUB[1] : host}`);
  return isLoopback(url) && !isTls ? new URL(`http://${host}`) : url;
}

/** Lets us ask public addresses alone, and the hosts that the user named. */
export class AddressGuard {
  readonly #named: ReadonlySet<string>;
  readonly #lookups = new Map<string, LookupFunction>();

  /** @param named `HOST[:PORT]` of each */
  constructor(named: readonly string[], isTls: boolean) {
    this.#named = new Set(named.map((host) => registryUrl(host, isTls).origin));
  }

  /**
   * Finds the addresses of its host.
   *
   * @param at whose word it is, and `how` it came to us: `which a file names`
   * @throws EvidenceError REGISTRY_ADDRESS_PRIVATE, now or when it is looked up
   */
  lookupOf(url: URL, at: string, how: string): LookupFunction {
    const refuse = (address: string): EvidenceError => {
      const more = address === url.host ? '' : `, which is ${address}`;
      const hint = `if you know this host and mean it, name it: --registry ${url.host}`;
      const found = `${url.host}${more}, ${how}`;
      return refusal({ code: 'REGISTRY_ADDRESS_PRIVATE', at, hint }, found, 'a public address');
    };
    const isNamed = this.#named.has(url.origin);
    if (!isNamed && isPrivateHost(url)) throw refuse(url.host);
    const lookup = this.#lookups.get(url.origin) ?? pinnedLookup(url, isNamed ? undefined : refuse);
    this.#lookups.set(url.origin, lookup);
    return lookup;
  }
}

/** The same for the services that registries name for logins. */
export function guardedExchange(
  named: readonly string[],
  ca: readonly string[] | undefined,
): typeof exchange {
  const guard = new AddressGuard(named, ca !== undefined);
  return async (request) => {
    const url = new URL(request.url);
    const lookup = guard.lookupOf(url, url.host, 'which the registry names for logins');
    const outcome = await exchange({ ...request, lookup, ...(ca !== undefined && { ca }) });
    if ('reason' in outcome && outcome.refusal !== undefined) throw outcome.refusal;
    return outcome;
  };
}
