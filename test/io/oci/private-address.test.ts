import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isPrivateHost, pinnedLookup } from '../../../src/io/oci/private-address.ts';
import { isLoopback } from '../../../src/sign/signing-config.ts';
import { propertyRuns } from '../../property-runs.ts';

function isPrivate(host: string): boolean {
  return isPrivateHost(new URL(`https://${host}/`));
}

describe('a private host', () => {
  it.each([
    'localhost',
    'localhost.',
    'LOCALHOST',
    'registry.localhost',
    'localhost..',
    '%6cocalhost',
    'registry',
    'registry.',
    'metadata.google.internal',
    'Registry.Internal.',
    'registry。internal',
    'printer.local',
    'git.corp',
    'nas.home',
    'nas.home.arpa',
    'router.lan',
    'wiki.intranet',
    'x.private',
    '127.0.0.1',
    '127.1',
    '127.255.255.254',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '0.0.0.0',
    '0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::7f00:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::10.0.0.1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[::ffff:0:10.0.0.1]',
    '[64:ff9b:1::1]',
  ])('is %s', (host) => {
    expect(isPrivate(host)).toBe(true);
  });

  it.each([
    'ghcr.io',
    'localhost.example',
    'notlocalhost.example',
    'internal.example',
    'x.notinternal',
    'home.example',
    'x.arpa',
    '10.example',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.0.1',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.255',
    '[2606:4700::1111]',
    '[::ffff:1.1.1.1]',
    '[64:ff9b::1.1.1.1]',
  ])('is not %s', (host) => {
    expect(isPrivate(host)).toBe(false);
  });

  it('is the same in every form of its address', () => {
    const byte = fc.nat(255);
    fc.assert(
      fc.property(byte, byte, byte, byte, (...bytes) => {
        const plain = bytes.join('.');
        const number = bytes.reduce((sum, each) => sum * 256 + each, 0);
        const forms = [
          String(number),
          `0x${number.toString(16)}`,
          bytes.map((each) => `0${each.toString(8)}`).join('.'),
          `[::ffff:${plain}]`,
          `[64:ff9b::${plain}]`,
        ];
        expect(forms.map(isPrivate)).toEqual(forms.map(() => isPrivate(plain)));
      }),
      { numRuns: propertyRuns(100, 6000) },
    );
  });
});

describe('this machine', () => {
  it.each(['localhost:5000', '127.0.0.1:5000', '127.9.9.9', '[::1]:5000'])('is %s', (host) => {
    expect(isLoopback(new URL(`https://${host}`))).toBe(true);
  });

  it.each([
    'ghcr.io',
    '10.0.0.1',
    '0.0.0.0',
    '127.example',
    'localhost.example',
    'a.localhost',
    '[::]',
  ])('is not %s', (host) => {
    expect(isLoopback(new URL(`https://${host}`))).toBe(false);
  });
});

describe('a host whose addresses are looked up', () => {
  async function addressesOf(
    name: string,
    lookup: ReturnType<typeof pinnedLookup>,
  ): Promise<unknown> {
    return await new Promise((resolve) => {
      lookup(name, { all: true }, (error, addresses) => {
        resolve(error?.message ?? addresses);
      });
    });
  }

  const url = new URL('http://localhost');
  const refuse = (address: string): Error => new Error(`no: ${address}`);

  it('is refused by what its name leads to', async () => {
    expect(await addressesOf('localhost', pinnedLookup(url, refuse))).toMatch(/^no: (127|::1)/);
  });

  it('that has no address is no bug', async () => {
    const lookup = pinnedLookup(new URL('https://nothing.invalid'), refuse);
    expect(await addressesOf('nothing.invalid', lookup)).toMatch(/nothing\.invalid/);
  });

  it('may be private if nobody refuses it, and has the same addresses each time', async () => {
    const lookup = pinnedLookup(url, undefined);
    const first = await addressesOf('localhost', lookup);
    expect(first).toContainEqual(
      expect.objectContaining({ address: expect.stringMatching(/1$/) as unknown }),
    );
    expect(await addressesOf('localhost', lookup)).toEqual(first);
  });

  it('is judged alone: that of a proxy is not', async () => {
    const lookup = pinnedLookup(new URL('https://ghcr.io'), refuse);
    expect(await addressesOf('localhost', lookup)).toBeInstanceOf(Array);
  });
});
