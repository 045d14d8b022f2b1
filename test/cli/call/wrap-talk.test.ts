import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { wrapLines, wrapTalk } from '../../../src/cli/call/wrap-talk.ts';
import { repositoryFiles, read } from '../../docs/repository.ts';
import { propertyRuns } from '../../property-runs.ts';

const TERMINAL = { isTTY: true, columns: 40 };
const PLACE = { used: 7, indent: 7 };

describe('wrapTalk', () => {
  it('breaks words at spaces, and nothing where no terminal is', () => {
    const text = 'check the network and this address, which another service may have by now';
    expect(wrapTalk(text, TERMINAL, PLACE).split('\n')).toEqual([
      'check the network and this',
      '       address, which another service',
      '       may have by now',
    ]);
    expect(wrapTalk(text, {}, PLACE)).toBe(text);
  });

  it.each([
    'affidavit evidence sign out --emit-evidence out.signed --layout directory',
    '--certificate-identity a@example.com --certificate-oidc-issuer https://example.com',
    '`kubectl get configmap NAME -o "jsonpath={.data}"`',
    '"a path that has many spaces in it, and more than a line has room for"',
  ])('never breaks %s', (copied) => {
    const text = `to go on from here, run this: ${copied}; then verify what it wrote again`;
    expect(wrapTalk(text, TERMINAL, PLACE).split('\n').join(' ')).toContain(copied);
    expect(wrapTalk(text, TERMINAL, PLACE)).toContain(copied);
  });

  it.each([
    [
      'did you mean --trusted-root? affidavit verify-evidence --help lists the flags',
      ['did you mean --trusted-root?', 'affidavit verify-evidence --help', 'lists the flags'],
    ],
    [
      'one of --identity-token, --login, SIGSTORE_ID_TOKEN, or a key: --key',
      ['one of --identity-token, --login,', 'SIGSTORE_ID_TOKEN, or a key:', '--key'],
    ],
    [
      'upgrade affidavit if a newer version wrote it, or publish everything',
      ['upgrade affidavit if a newer', 'version wrote it, or publish', 'everything'],
    ],
    [
      'no tar archive, which tar -xzf a.tar.gz -C unpacked does not read',
      ['no tar archive, which', 'tar -xzf a.tar.gz -C unpacked', 'does not read'],
    ],
  ])('breaks what stands beside a command or flag: %s', (text, lines) => {
    expect(wrapTalk(text, TERMINAL, PLACE).split(/\n {7}/)).toEqual(lines);
  });

  it('changes nothing but spaces', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '-', '"', '`', ' ', ';') }), (text) => {
        const said = wrapTalk(text, TERMINAL, PLACE);
        expect(said.replaceAll(/\s+/g, '')).toBe(text.replaceAll(/\s+/g, ''));
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});

describe('wrapLines', () => {
  it.each([60, 80, 200])('keeps lines to %i columns, but for what is to be copied', (columns) => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const lines = [
      `affidavit: ghcr.io/you/aicr-evidence:v1 is ${digest} now`,
      '    next: look at the tag, or name the artifact by the digest that its owner gave to you, and try again',
      `  attached ${digest}: SERVES SOMETHING ELSE`,
      'a  b',
    ];
    const said = wrapLines(lines.join('\n'), { isTTY: true, columns });
    expect(said.split(/\s+/)).toEqual(lines.join('\n').split(/\s+/));
    const long = said.split('\n').filter((line) => line.length > columns);
    expect(long.filter((line) => line.trim() !== digest && line.trim() !== `${digest}:`)).toEqual(
      [],
    );
    expect(said.endsWith('\na  b')).toBe(true);
    expect(wrapLines(lines.join('\n'), { columns })).toBe(lines.join('\n'));
  });

  it.each([
    `  verify: affidavit verify-evidence ${'a '.repeat(40)}`,
    `pointer: recipes/${'a '.repeat(40)}.yaml`,
  ])('leaves %s whole', (line) => {
    expect(wrapLines(line, TERMINAL)).toBe(line);
  });

  it('breaks prose that names a command', () => {
    const line =
      'note: what affidavit evidence show prints is not verified; affidavit verify-evidence does it';
    const said = wrapLines(line, TERMINAL);
    expect(said.split('\n').filter((each) => each.length > 40)).toEqual([]);
    expect(said.replaceAll(/\s+/g, ' ')).toBe(line);
  });

  it('is how every command speaks on standard error', () => {
    const direct = repositoryFiles('src/cli/work').filter((path) =>
      /process\.stderr\s*\.write/.test(read(path)),
    );
    expect(direct).toEqual([]);
  });
});
