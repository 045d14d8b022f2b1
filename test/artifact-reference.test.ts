import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  namesRegistry,
  parseReference,
  referenceName,
  requireLocation,
  requireReference,
} from '../src/artifact-reference.ts';
import { refusalOf } from './document/refusal.ts';
import { propertyRuns } from './property-runs.ts';

const HEX = '74c42dc3d793da22081a2e9507ca78842fe3795059f245d9b03c2edf4eccd8ab';
const GOOD = `oci://ghcr.io/you/evidence:v1@sha256:${HEX}`;
const PLACE = { code: 'USAGE', at: 'REF' } as const;
const read = (text: string) => requireReference(text, PLACE);

const hosts = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc
    .ipV6()
    .filter((host) => !host.includes('.'))
    .map((host) => `[${host}]`),
  fc.constantFrom('localhost', 'REGISTRY.example'),
);
const ports = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
const parts = fc.array(fc.stringMatching(/^[a-z0-9]{1,5}(?:(?:\.|_{1,2}|-+)[a-z0-9]{1,3})?$/), {
  minLength: 1,
  maxLength: 4,
});
const references = fc
  .tuple(
    fc
      .tuple(hosts, ports, parts)
      .map(([host, port, path]) => [port === undefined ? host : `${host}:${port}`, path.join('/')]),
    fc.option(fc.stringMatching(/^\w[\w.-]{0,127}$/), { nil: undefined }),
    fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: undefined }),
  )
  .map(
    ([name, tag, hex]) =>
      `oci://${name.join('/')}${tag === undefined ? '' : `:${tag}`}${hex === undefined ? '' : `@sha256:${hex}`}`,
  )
  .filter((text) => text.length < 250);

describe('a reference to an artifact', () => {
  it('has a repository with its host, a tag and a digest', () => {
    const reference = { repository: 'ghcr.io/you/evidence', tag: 'v1', digest: `sha256:${HEX}` };
    expect(read(GOOD)).toEqual(reference);
    expect(read(GOOD.slice('oci://'.length))).toEqual(reference);
    expect(read('[fd00::1]:5000/x')).toEqual({ repository: '[fd00::1]:5000/x' });
  });

  it('is read and written again, character by character', () => {
    fc.assert(
      fc.property(references, (text) => {
        const { digest, ...named } = read(text);
        const written = `${referenceName(named)}${digest === undefined ? '' : `@${digest}`}`;
        expect(written).toBe(text.slice('oci://'.length));
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });

  it.each([
    ['oci://', 'nothing', 'write the name of the registry and the repository'],
    ['nginx', 'a name without a registry', 'docker.io/library/nginx'],
    ['nginx:1.27', 'a name without a registry', 'docker.io/library/nginx'],
    ['library/nginx', 'a name without a registry', 'docker.io/library/nginx'],
    ['docker.io/nginx', 'a short name of Docker', 'docker.io/library/nginx'],
    [
      `Registry-1.docker.io/nginx:1@sha256:${HEX}`,
      'a short name of Docker',
      'docker.io/library/nginx:1@',
    ],
    ['You/evidence:v1', 'a name without a registry', 'docker.io/You/evidence'],
    ['ghcr.io', 'a name without a registry', 'docker.io/library/ghcr.io'],
    [
      'ghcr.io/You/Evidence:V1',
      'upper-case letters in the repository',
      'write ghcr.io/you/evidence',
    ],
    ['ghcr.io/you/évidence', 'the repository "you/évidence"', 'a-z and 0-9'],
    ['ghcr.io/you/a___b', 'the repository "you/a___b"', 'a-z and 0-9'],
    [`ghcr.io/x@sha512:${HEX}${HEX}`, 'a digest by sha512', 'by its SHA-256'],
    [`ghcr.io/x@sha256:${HEX.toUpperCase()}`, 'a digest that is none', '64 lower-case'],
    [`ghcr.io/x@sha256:${HEX}0`, 'a digest that is none', '64 lower-case'],
    [`ghcr.io/x@${HEX}`, 'a digest that is none', 'write sha256:'],
    [`ghcr.io/x@sha256:${HEX}:v1`, 'a digest that is none', 'at the end'],
    ['ghcr.io/x@', 'a digest that is none', 'write sha256:'],
    ['ghcr.io/x:', 'an empty tag', 'remove the colon'],
    [`ghcr.io/x:@sha256:${HEX}`, 'an empty tag', 'remove the colon'],
    [`ghcr.io/x:${'a'.repeat(129)}`, `the tag "${'a'.repeat(60)}…"`, 'at most 128'],
    ['ghcr.io/x:-a', 'the tag "-a"', 'at most 128'],
    ['you@ghcr.io/x', 'a user or a password before the host', 'docker login'],
    ['you:secret@ghcr.io/x', 'a user or a password before the host', 'docker login'],
    ['oci://sha256:secret@ghcr.io/x', 'a user or a password before the host', 'docker login'],
    ['https://you:secret@ghcr.io/x', 'a user or a password before the host', 'docker login'],
    ['https://ghcr.io/x', 'https://', 'write oci:// there'],
    ['oci://oci://ghcr.io/x', 'oci://', 'write oci:// there'],
    ['ghcr.io/x?tag=v1', 'a query or a fragment', 'remove it'],
    ['ghcr.io/x#v1', 'a query or a fragment', 'remove it'],
    ['ghcr.io/a/../b', 'a part that is . or ..', 'without it'],
    ['../evidence', 'a part that is . or ..', 'without it'],
    ['ghcr.io//x', 'an empty part', 'no //'],
    ['ghcr.io/x/', 'an empty part', 'no / at the end'],
    ['/ghcr.io/x', 'an empty part', 'HOST/REPOSITORY'],
    ['ghcr.io:0/x', 'a port that is none', '1 to 65535'],
    ['ghcr.io:65536/x', 'a port that is none', '1 to 65535'],
    ['ghcr.io:/x', 'a port that is none', '1 to 65535'],
    ['[::1]:99999/x', 'a port that is none', '1 to 65535'],
    [' ghcr.io/x', 'a blank or an invisible character', 'remove it'],
    ['ghcr.io/x\n', 'a blank or an invisible character', 'remove it'],
    ['ghcr.io/x\u{202e}', 'a blank or an invisible character', 'remove it'],
    [`ghcr.io/${'a'.repeat(248)}`, '256 characters', 'at most 255'],
    [`ghcr.io/${'a'.repeat(2000)}`, 'more than 1000 characters', 'a registry can have'],
    ['-ghcr.io/x', 'the host "-ghcr.io"', 'a domain name'],
    ['ghcr..io/x', 'the host "ghcr..io"', 'a domain name'],
    ['[::1/x', 'the host "[::1"', '[IPv6]'],
    ['[1::2::3]/x', 'the host "[1::2::3]"', '[IPv6]'],
    ['[::1%eth0]/x', 'the host "[::1%eth0]"', '[IPv6]'],
  ])('%j is refused: %s', (text, found, hint) => {
    const refusal = refusalOf(() => read(text));
    expect([refusal?.code, refusal?.at, refusal?.found]).toEqual(['USAGE', 'REF', found]);
    expect(refusal?.hint).toContain(hint);
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });

  it('has no tag and no digest where only a place is named', () => {
    const place = (text: string) => requireLocation(text, PLACE);
    expect(place('oci://ghcr.io:443/you/evidence')).toBe('ghcr.io:443/you/evidence');
    for (const [text, found] of [
      [GOOD, 'the tag "v1"'],
      [`ghcr.io/x@sha256:${HEX}`, 'a digest'],
      ['x', 'a name without a registry'],
    ] as const) {
      expect(refusalOf(() => place(text))).toMatchObject({ code: 'USAGE', at: 'REF', found });
    }
  });

  it('is refused with one change only if it is none', () => {
    const changes = fc.tuple(
      fc.nat(GOOD.length),
      fc.nat(2),
      fc.oneof(
        fc.constantFrom('', '/', ':', '@', '.', '-', '_', '[', ']', 'A', '0', ' '),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(changes, ([at, length, text]) => {
        const changed = GOOD.slice(0, at) + text + GOOD.slice(at + length);
        const refusal = refusalOf(() => read(changed));
        const name = changed.replace(/^oci:\/\//, '');
        const isReference = namesRegistry(name) && parseReference(name) !== undefined;
        expect([refusal === undefined, refusal?.hint === '']).toEqual([isReference, false]);
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
  });
});
