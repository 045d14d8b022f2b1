// What a user does, on real input: pack and sign evidence against the sandbox, verify it, read the
// Markdown, change one byte and see the refusal. Exits 0 only if every step ended as expected.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../src/sandbox/oidc.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const input = 'testdata/demo';
const output = '.demo';
const evidence = `${output}/evidence.tar.gz`;
const tampered = `${output}/tampered.tar.gz`;
const sandbox = `${output}/sandbox`;

const emit = [
  ...['validate', '--recipe', `${input}/recipe.yaml`, '--snapshot', `${input}/snapshot.yaml`],
  ...['--results', `${input}/results`, '--logs', `${input}/logs`],
  ...['--emit-evidence', evidence, '--format', 'terminal'],
];
const pin = [
  ...['--trusted-root', `${sandbox}/trusted_root.json`],
  ...['--certificate-identity', SANDBOX_IDENTITY, '--certificate-oidc-issuer', SANDBOX_ISSUER],
];

rmSync(join(root, output), { recursive: true, force: true });
mkdirSync(join(root, output));
const asExpected = [
  step('Pack and sign: the sandbox Sigstore runs for as long as the command behind --', 0, [
    ...['sandbox', '--dir', sandbox, '--', './dev', 'affidavit', ...emit],
  ]),
  step('Verify, with the signer pinned, and render for a pull request', 0, [
    ...['verify-evidence', evidence, ...pin, '--format', 'markdown'],
  ]),
  tamper(),
  step('Verify the changed bundle', 2, [
    'verify-evidence',
    tampered,
    ...pin,
    '--format',
    'terminal',
  ]),
].every(Boolean);
console.log(`\nThe files are in ${output}/.`);
console.log(asExpected ? 'Every step ended as expected.' : 'A step did not end as expected.');
process.exitCode = asExpected ? 0 : 1;

function step(title: string, expected: number, args: readonly string[]): boolean {
  console.log(`\n## ${title}\n\n$ ./dev affidavit ${args.map(shellWord).join(' ')}`);
  const { status } = spawnSync('./dev', ['affidavit', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`exit ${status}`);
  if (status !== expected) console.log(`expected exit ${expected}`);
  return status === expected;
}

/** One byte of one file: a digit of the performance that the tests measured. */
function tamper(): boolean {
  const archive = gunzipSync(readFileSync(join(root, evidence)));
  const place = archive.indexOf('GB/s') - 2;
  const before = archive.readUInt8(place);
  archive.writeUInt8(before ^ 1, place);
  writeFileSync(join(root, tampered), gzipSync(archive));
  console.log(
    `\n## Change one byte of one file\n\n${evidence} with one digit of a measured bandwidth changed is ${tampered}.`,
  );
  return true;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
