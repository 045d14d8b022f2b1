// Addresses that no stranger may lead us to: this machine, its network, and what is not for one server.
// https://www.iana.org/assignments/iana-ipv4-special-registry, and the same for IPv6

import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
];

/** The last five reach any IPv4 address, by prefixes that are no longer used, or by those of one network. */
const IPV6 = [
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
  '::/96',
  '2002::/16',
  '2001::/32',
  '::ffff:0:0:0/96',
  '64:ff9b:1::/48',
];

/** Before the 32 bits of an IPv4 address in one of IPv6: mapped, and for NAT64. */
const WITH_IPV4 = ['::ffff:', '64:ff9b::'];

/**
 * Names that no public server has: behind a proxy nothing else is known of a host. One without a dot, and below what is
 * for a network of one's own (RFC 6761, 6762 with its appendix G, 8375, and ICANN's `internal`).
 */
const PRIVATE_NAME =
  /^[^.]+$|(?:^|\.)(?:localhost|local|internal|intranet|private|corp|home|lan|home\.arpa)$/;

const PRIVATE = new BlockList();
for (const range of IPV4) {
  const [address = '', bits = ''] = range.split('/');
  PRIVATE.addSubnet(address, Number(bits), 'ipv4');
  for (const before of WITH_IPV4) PRIVATE.addSubnet(before + address, 96 + Number(bits), 'ipv6');
}
for (const range of IPV6) {
  const [address = '', bits = ''] = range.split('/');
  PRIVATE.addSubnet(address, Number(bits), 'ipv6');
}

function isPrivateAddress(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether the host of a URL says by itself that it is private: in a URL numbers have one form, and names are in lower case. */
export function isPrivateHost({ hostname }: URL): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  return isIP(name) > 0 ? isPrivateAddress(name) : PRIVATE_NAME.test(name);
}

/**
 * Finds the addresses of one host once, and gives the same each time: one that is judged is the one that is
 * connected to. Any other host is that of a proxy.
 *
 * @param refuse makes the error, if one of the addresses is private; undefined: none is refused
 */
export function pinnedLookup(
  { hostname }: URL,
  refuse: ((address: string) => Error) | undefined,
): LookupFunction {
  let known: readonly LookupAddress[] = [];
  return (name, options, callback) => {
    if (name !== hostname) {
      lookup(name, options, callback);
      return;
    }
    const give = (): void => {
      const [first] = known;
      if (options.all === true) callback(null, [...known]);
      else callback(null, first?.address ?? '', first?.family);
    };
    if (known.length > 0) {
      setImmediate(give);
      return;
    }
    lookup(name, { all: true }, (error, addresses) => {
      // With an error there are none, whatever their type says.
      const found = error === null ? addresses : [];
      const bad = refuse && found.find(({ address }) => isPrivateAddress(address));
      const refusal = error ?? (bad && refuse(bad.address));
      if (refusal !== undefined) {
        callback(refusal, '');
        return;
      }
      known = addresses;
      give();
    });
  };
}
