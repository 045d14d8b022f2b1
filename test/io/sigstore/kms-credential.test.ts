import { createHash, verify } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { kmsCredential } from '../../../src/io/sigstore/read-key.ts';
import type { KeyCredential } from '../../../src/sign/key-credential.ts';
import { rejection } from '../../document/refusal.ts';
import { KEYS, pluginFolder, type KeyName } from './kms-plugins.ts';

const DATA = Buffer.from('what is signed');

function answerOf(answer: unknown): string {
  return `cat > /dev/null\necho '${JSON.stringify(answer)}'`;
}

function publicKeyAnswer(name: KeyName): string {
  const pem = KEYS[name].publicKey.export({ format: 'pem', type: 'spki' });
  return answerOf({ publicKey: { publicKeyPEM: Buffer.from(pem).toString('base64') } });
}

interface Plugged {
  readonly folder: string;
  readonly credential: Promise<KeyCredential>;
}

/** A plugin that is this shell script. */
function plugged(script: string, timeoutMs = 10_000): Plugged {
  const { folder, path } = pluginFolder({ test: script });
  const reference = { program: 'sigstore-kms-test', key: `${folder}/p256.key` };
  return { folder, credential: kmsCredential(reference, { PATH: path }, { timeoutMs }) };
}

/** One that gives the public key, and for a signature is this script. */
function pluggedSigner(script: string, timeoutMs?: number): Plugged {
  return plugged(
    `case "$2" in *'"methodName":"publicKey"'*) ${publicKeyAnswer('p256')};; *) ${script};; esac`,
    timeoutMs,
  );
}

describe('a key behind a plugin', () => {
  it.each([
    ['p256', 'sha256'],
    ['p384', 'sha384'],
    ['ed25519', null],
    ['rsa', 'sha256'],
  ] as const)('signs: %s', async (name, hash) => {
    const { folder, path } = pluginFolder();
    const reference = { program: 'sigstore-kms-pem', key: join(folder, `${name}.key`) };
    const credential = await kmsCredential(reference, { PATH: path });
    const { publicKey } = KEYS[name];
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    expect(credential.publicKey.spki).toEqual(spki);
    const { signature, verifier } = await credential.sign(DATA);
    expect(verifier).toEqual({ type: 'publicKey', der: spki });
    expect(verify(hash, DATA, publicKey, signature)).toBe(true);
  });

  it('is asked as cosign asks: version, options, the message in standard input, its digest', async () => {
    const { folder, credential } = plugged(
      `here=$(dirname "$0")\nprintf %s "$1 $2" >> "$here/asked"\ncat >> "$here/input"\n"$here/sigstore-kms-pem" "$1" "$2" < "$here/input"`,
    );
    await (await credential).sign(DATA);
    const asked = readFileSync(join(folder, 'asked'), 'utf8');
    const [, first = '', second = ''] = asked.split('v1 ');
    const rpcOptions = { keyVersion: '', remoteVerification: false };
    const initOptions = {
      protocolVersion: 'v1',
      keyResourceID: `${folder}/p256.key`,
      hashFunc: 5,
      rpcOptions,
    };
    expect(JSON.parse(first)).toEqual({
      initOptions,
      methodName: 'publicKey',
      publicKey: { publicKeyOptions: { rpcOptions } },
    });
    const digest = createHash('sha256').update(DATA).digest('base64');
    expect(JSON.parse(second)).toEqual({
      initOptions,
      methodName: 'signMessage',
      signMessage: { signOptions: { rpcOptions, messageOptions: { digest, hashFunc: 5 } } },
    });
    expect(readFileSync(join(folder, 'input'))).toEqual(DATA);
  });

  it.each([
    ['the exit status does not count', `${publicKeyAnswer('p256')}; exit 1`],
    [
      'fields that are not known do not count',
      publicKeyAnswer('p256').replace('{', '{"more":[1],'),
    ],
    ['an empty error is none', publicKeyAnswer('p256').replace('{', '{"errorMessage":"",')],
  ])('is accepted: %s', async (_, script) => {
    expect((await plugged(script).credential).publicKey.kind.name).toBe('ECDSA P-256');
  });

  it.each([
    [
      'an error',
      answerOf({ errorMessage: 'no such \u001B[31mkey' }),
      'the error "no such \\u001b[31mkey"',
    ],
    [
      'an error beside an answer',
      publicKeyAnswer('p256').replace('{', '{"errorMessage":"no",'),
      'the error "no"',
    ],
    ['no answer', 'exit 0', 'no answer'],
    ['no answer, and an exit status', 'exit 7', 'no answer'],
    ['text', 'echo hello', '"h" (line 1'],
    ['two answers', `${publicKeyAnswer('p256')}; ${publicKeyAnswer('p256')}`, ''],
    ['no public key', answerOf({ signMessage: { signature: 'AAAA' } }), 'nothing'],
    ['a list', answerOf([]), 'a list'],
    ['an answer twice', answerOf({ a: 1 }).replace('"a":1', '"a":1,"a":1'), ''],
    ['no base64', answerOf({ publicKey: { publicKeyPEM: '*' } }), 'not canonical base64'],
    ['no PEM', answerOf({ publicKey: { publicKeyPEM: 'AAAA' } }), 'no PEM block'],
    ['a kind of key that is not used', publicKeyAnswer('p521'), 'secp521r1'],
    [
      'output without an end',
      'while :; do echo 0123456789012345678901234567890123456789; done',
      'without an end',
    ],
    ['a program that ends it', 'kill -9 $$', 'no answer'],
  ])('is refused before anything is signed: %s', async (_, script, found) => {
    const refusal = await rejection(plugged(script).credential);
    expect(refusal).toMatchObject({ code: 'KEY_PLUGIN_FAILED', at: 'sigstore-kms-test' });
    expect(refusal?.found).toContain(found);
  });

  it.each([
    ['a signature of something else', answerOf({ signMessage: { signature: 'MEUCIQDAAAA=' } })],
    ['the public key again', publicKeyAnswer('p256')],
    ['nothing', 'exit 0'],
    ['an error', answerOf({ errorMessage: 'the device is gone' })],
  ])('is refused when it signs: %s', async (_, script) => {
    const credential = await pluggedSigner(script).credential;
    const refusal = await rejection(credential.sign(DATA));
    expect(refusal).toMatchObject({ code: 'KEY_PLUGIN_FAILED', at: 'sigstore-kms-test' });
  });

  it('is refused if it signs with another key than it said, or other bytes', async () => {
    for (const [key, input] of [
      ['p384', 'cat'],
      ['p256', 'echo other; cat > /dev/null'],
    ]) {
      const request = `$(printf %s "$2" | sed s/p256.key/${key}.key/)`;
      const script = `(${input}) | "$(dirname "$0")/sigstore-kms-pem" "$1" "${request}"`;
      const credential = await pluggedSigner(script).credential;
      const refusal = await rejection(credential.sign(DATA));
      expect(refusal).toMatchObject({
        code: 'KEY_PLUGIN_FAILED',
        found: 'a signature that its public key does not verify',
      });
    }
  });

  it('is killed when it does not end, with what it has started still there', async () => {
    const { folder, credential } = plugged(
      'exec 2> /dev/null; sleep 3 & sleep 3; touch "$(dirname "$0")/late"',
      300,
    );
    expect(await rejection(credential)).toMatchObject({
      code: 'KEY_PLUGIN_FAILED',
      found: 'no end of the plugin',
      expected: 'its end within 0.3 s',
    });
    expect(existsSync(join(folder, 'late'))).toBe(false);
  });

  it('is run by no shell', async () => {
    const { folder, path } = pluginFolder();
    const key = `${folder}/none; touch ${folder}/made $(touch ${folder}/made)`;
    const refusal = await rejection(
      kmsCredential({ program: 'sigstore-kms-pem', key }, { PATH: path }),
    );
    expect(refusal?.found).toContain('the error "Error: ENOENT');
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  it('has to be an executable file in a directory of PATH, and a relative one does not count', async () => {
    const { folder, path } = pluginFolder({ test: publicKeyAnswer('p256') });
    const missing = { code: 'KEY_PLUGIN_FAILED', found: 'no such program on the PATH' };
    const ask = async (program: string, PATH?: string): Promise<unknown> =>
      await rejection(kmsCredential({ program, key: '' }, PATH === undefined ? {} : { PATH }));
    expect(await ask('sigstore-kms-other', path)).toMatchObject(missing);
    expect(await ask('sigstore-kms-test')).toMatchObject(missing);
    const relative = `..${'/..'.repeat(20)}${folder}`;
    expect(existsSync(join(relative, 'sigstore-kms-test'))).toBe(true);
    expect(await ask('sigstore-kms-test', `${relative}::.`)).toMatchObject(missing);
    chmodSync(join(folder, 'sigstore-kms-test'), 0o644);
    expect(await ask('sigstore-kms-test', path)).toMatchObject(missing);
  });

  it('cannot be asked for a key whose name is longer than the system takes', async () => {
    const { path } = pluginFolder();
    const reference = { program: 'sigstore-kms-pem', key: 'x'.repeat(3_000_000) };
    expect(await rejection(kmsCredential(reference, { PATH: path }))).toMatchObject({
      code: 'KEY_PLUGIN_FAILED',
      found: 'a program that cannot be started',
    });
  });
});
