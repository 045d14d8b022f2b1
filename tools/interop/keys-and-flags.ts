// What is signed with a key, what needs a flag, and what is never evidence.
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  attestCommand,
  bundleIn,
  conform,
  emitCommand,
  identityWords,
  pathWith,
  verifyEvidence,
  verifyWithCosign,
  type Place,
} from './commands.ts';
import { mustRun, run, type Ended } from './processes.ts';
import { goProgram } from './programs.ts';
import type { Report } from './report.ts';
import { describe } from './signing.ts';

const PLUGIN = fileURLToPath(new URL('kms-plugin.ts', import.meta.url));
const PASSWORD = { COSIGN_PASSWORD: 'a password' };

function assertEnd(report: Report, what: string, ended: Ended, status: number): void {
  report.assert(`${what} (exit code ${status})`, ended.status === status, ended.output);
}

/** cosign's key file signs with both programs, and each verifies what the other signed. */
export async function signWithKeyFile(report: Report, place: Place): Promise<void> {
  const { directory } = place;
  await mustRun('sh', ['-c', 'cd "$0" && "$1" generate-key-pair', directory, goProgram('cosign')], {
    ...PASSWORD,
    HOME: directory,
  });
  const words = ['--key', join(directory, 'cosign.key')];
  const key = { name: 'key file', public: join(directory, 'cosign.pub'), words };
  await signWithKey(report, place, { ...key, environment: PASSWORD });
}

/** A plugin signs with both programs. */
export async function signWithPlugin(report: Report, place: Place): Promise<void> {
  const { directory } = place;
  const plugins = join(directory, 'plugins');
  mkdirSync(plugins);
  symlinkSync(PLUGIN, join(plugins, 'sigstore-kms-pem'));
  const [secret, publicKey] = [join(directory, 'plugin.key'), join(directory, 'plugin.pub')];
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(secret, keys.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(publicKey, keys.publicKey.export({ format: 'pem', type: 'spki' }));
  const path = `${plugins}:${pathWith(join(process.execPath, '..'))}`;
  const words = ['--key', `pem://${secret}`];
  const key = { name: 'plugin', public: publicKey, words, environment: { PATH: path } };
  await signWithKey(report, place, key);
}

interface Key {
  readonly name: string;
  /** The file with the public key. */
  readonly public: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

async function signWithKey(report: Report, place: Place, key: Key): Promise<void> {
  const { directory } = place;
  const other = join(directory, `${key.name}-other.pub`);
  writeFileSync(other, OTHER_KEY);
  const { words, environment } = key;

  const archive = join(directory, `${key.name}.tar.gz`);
  await mustRun(...emitCommand(place, archive, words, environment));
  const ours = `${describe('affidavit', place)}, ${key.name}: verify-evidence`;
  const good = await verifyEvidence(place, archive, ['--public-key', key.public]);
  assertEnd(report, `${ours} accepts the key`, good, 0);
  const bad = await verifyEvidence(place, archive, ['--public-key', other]);
  assertEnd(report, `${ours} refuses another key`, bad, 2);
  const named = await verifyEvidence(place, archive);
  assertEnd(report, `${ours} refuses it for an identity`, named, 2);
  const bundle = join(directory, `${key.name}.json`);
  writeFileSync(bundle, await bundleIn(archive, directory));
  await assertCosign(report, place, { what: describe('affidavit', place), bundle, key, other });

  const attested = join(directory, `${key.name}.cosign.json`);
  await mustRun(...attestCommand(place, attested, words, environment));
  const theirs = describe('cosign', place);
  await assertCosign(report, place, { what: theirs, bundle: attested, key, other });
  const what = `${theirs}, ${key.name}: tools/conformance`;
  const known = ['--bundle', attested, '--key', key.public];
  assertEnd(report, `${what} accepts`, await conform(place, 'verify-bundle', known), 0);
  const unknown = ['--bundle', attested, '--key', other];
  const refused = await conform(place, 'verify-bundle', unknown);
  assertEnd(report, `${what} refuses another key`, refused, 1);
}

async function assertCosign(
  report: Report,
  place: Place,
  asked: Readonly<Record<'what' | 'bundle' | 'other', string>> & { readonly key: Key },
): Promise<void> {
  const { what, bundle, key, other } = asked;
  const good = await verifyWithCosign(place, bundle, ['--key', key.public]);
  assertEnd(report, `${what}, ${key.name}: cosign accepts`, good, 0);
  const bad = await verifyWithCosign(place, bundle, ['--key', other]);
  assertEnd(report, `${what}, ${key.name}: cosign refuses another key`, bad, 1);
}

/** Nobody has the other half of it: it is the point 2G of P-256. */
const OTHER_KEY = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEfPJ7GI0DT36KUjgDBLUaw8CJaeJ3
8hs1pgtI/EdmmXgHd1UQ247QQCk9msafdDDbun2t5jzpgimeBLedInhz0Q==
-----END PUBLIC KEY-----
`;

/** A Fulcio without a certificate log: nothing is signed or accepted without the flag. */
export async function proveMissingSct(report: Report, place: Place): Promise<void> {
  const archive = join(place.directory, 'evidence.tar.gz');
  const flag = '--allow-missing-sct';
  const without = await run(...emitCommand(place, archive));
  const isNamed = without.status !== 0 && without.output.includes('CERTIFICATE_INVALID');
  report.assert(
    'a Fulcio without certificate log: not signed without the flag',
    isNamed,
    without.output,
  );
  await mustRun(...emitCommand(place, archive, [flag]));
  const refused = await verifyEvidence(place, archive);
  assertEnd(report, `signed there: refused without ${flag}`, refused, 2);
  const words = [...identityWords(place.sigstore), flag];
  const accepted = await verifyEvidence(place, archive, words);
  assertEnd(report, `signed there: accepted with ${flag}`, accepted, 0);
  report.assert('the report says WEAKENED', accepted.output.includes('WEAKENED'), accepted.output);
  const bundle = join(place.directory, 'bundle.json');
  writeFileSync(bundle, await bundleIn(archive, place.directory));
  const cosign = [...identityWords(place.sigstore), '--insecure-ignore-sct'];
  const theirs = await verifyWithCosign(place, bundle, cosign);
  assertEnd(report, 'signed there: cosign accepts with --insecure-ignore-sct', theirs, 0);
}

/** What cosign attests is of Statement v0.1: its bundle in the place of that of evidence is no evidence. */
export async function refuseOldStatement(report: Report, place: Place): Promise<void> {
  const { directory } = place;
  const unpacked = join(directory, 'unpacked');
  mkdirSync(unpacked);
  await mustRun('tar', ['-xzf', join(directory, 'evidence.tar.gz'), '-C', unpacked]);
  const before = await verifyEvidence(place, unpacked);
  assertEnd(report, `${place.name}: unpacked evidence is accepted`, before, 0);
  cpSync(join(directory, 'cosign.json'), join(unpacked, 'attestation.intoto.jsonl'));
  const after = await verifyEvidence(place, unpacked);
  assertEnd(report, `${place.name}: with what cosign attested it is refused`, after, 2);
  const text = readFileSync(join(directory, 'cosign.json'), 'utf8');
  const isOld = Buffer.from(/"payload": ?"([^"]+)"/.exec(text)?.[1] ?? '', 'base64').includes(
    'https://in-toto.io/Statement/v0.1',
  );
  report.assert(`${place.name}: cosign attests a Statement v0.1`, isOld);
}
