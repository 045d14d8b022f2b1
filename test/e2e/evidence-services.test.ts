// The way to the services, from the outside: a proxy, a network's own authority, and what is asked when.
import { openSync, closeSync, ftruncateSync, mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { MAX_FILE_BYTES } from '../../src/limits.ts';
import { serverCertificate, startProxy, startTls } from '../io/http/tls-server.ts';
import { startRelay } from '../io/sigstore/relay.ts';
import { INPUTS, OUT, Workplace } from './emit.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

/** Inputs, with root and config of services at another address. */
function workplace(address: string): {
  readonly place: Workplace;
  readonly words: readonly string[];
} {
  const place = new Workplace();
  place.write('root.json', JSON.stringify(sandbox.trustedRoot));
  const config = JSON.stringify(sandbox.signingConfigs['signing_config.json']);
  place.write('config.json', config.replaceAll(sandbox.url, address));
  const services = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
  return { place, words: ['validate', ...INPUTS, '--emit-evidence', OUT, ...services] };
}

describe('signing behind a proxy, in a network with an authority of its own', () => {
  it('succeeds with HTTPS_PROXY and --ca-certificates, and each is named where it is missing', async () => {
    const certificate = serverCertificate('sigstore.test');
    const server = await startTls(certificate, (incoming, response) => {
      const { method, headers, url } = incoming;
      const passed = request(`${sandbox.url}${url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(passed);
    });
    const proxy = await startProxy(server.port);
    onTestFinished(() => {
      proxy.close();
      server.close();
    });
    const { place, words } = workplace('https://sigstore.test');
    place.write('ca.pem', certificate.ca);
    const token = { SIGSTORE_ID_TOKEN: sandbox.token() };
    const env = { ...token, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };

    const more = ['--ca-certificates', 'ca.pem'];
    const refusing = { ...token, HTTPS_PROXY: 'http://127.0.0.1:1' };
    // At once: both ask again after a pause.
    const other = workplace('https://sigstore.test').place;
    other.write('ca.pem', certificate.ca);
    const [untrusted, gone] = await Promise.all([
      place.run([...words], { env, ownProcess: true }),
      other.run([...words, ...more], { env: refusing, ownProcess: true }),
    ]);
    expect(untrusted.code).toBe(3);
    expect(untrusted.stderr).toMatch(
      /error: SERVICE_UNREACHABLE[^]*next: .*--ca-certificates FILE/,
    );

    expect(gone.code).toBe(3);
    expect(gone.stderr).toMatch(
      /error: PROXY_FAILED[^]*HTTPS_PROXY, which is http:\/\/127\.0\.0\.1:1/,
    );

    const signed = await place.run([...words, ...more], { env, ownProcess: true });
    expect(signed.code).toBe(0);
    expect(new Set(proxy.asked)).toEqual(new Set(['sigstore.test:443']));
    expect((await place.repeat(signed)).code).toBe(0);
  });
});

describe('a service that cannot be reached', () => {
  it.each<[string, (address: string) => string, string]>([
    ['and a proxy that was used', (address) => address, ', and HTTPS_PROXY, which is http://'],
    ['and no proxy for a host of NO_PROXY', () => 'https://localhost:1', ''],
    ['and no proxy for plain http', () => 'http://127.0.0.1:1', ''],
  ])('is named with the place that names its address %s', async (_, addressed, expected) => {
    // Behind the proxy is a server that hangs up.
    const server = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const proxy = await startProxy((server.address() as AddressInfo).port);
    onTestFinished(() => {
      proxy.close();
      server.close();
    });
    const { place, words } = workplace(addressed('https://sigstore.test'));
    const env = {
      SIGSTORE_ID_TOKEN: sandbox.token(),
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NO_PROXY: 'localhost',
    };
    const run = await place.run([...words], { env, ownProcess: true });
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/error: SERVICE_UNREACHABLE/);
    const hint = /next: (.*)/.exec(run.stderr)?.[1] ?? '';
    const named = 'check the network and this address, which config.json#/caUrls/0/url names';
    expect(hint.startsWith(named + expected)).toBe(true);
    expect(hint.includes('HTTPS_PROXY')).toBe(expected !== '');
  });

  it('is named with the flag that names its address', async () => {
    const { place, words } = workplace(sandbox.url);
    const login = ['--login', 'device', '--oidc-issuer', 'http://127.0.0.1:1'];
    const run = await place.run([...words, ...login]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(
      /error: SERVICE_UNREACHABLE[^]*check the network and this address, which --oidc-issuer names/,
    );
  });
});

describe('a login or a token service', () => {
  it('is not asked before the evidence is packed, and its size is right', async () => {
    const relay = await startRelay(sandbox.url, async (call, real) => await real(call));
    onTestFinished(relay.close);
    const { place, words } = workplace(sandbox.url);
    mkdirSync(place.path('big/deployment'), { recursive: true });
    // Without content on the disk.
    const file = openSync(place.path('big/deployment/huge.log'), 'w');
    ftruncateSync(file, MAX_FILE_BYTES + 1);
    closeSync(file);
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ...env } = sandbox.ambientEnv();
    const ambient = { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: url.replace(sandbox.url, relay.url) };
    const run = await place.run([...words, '--logs', 'big'], { env: ambient });
    expect([run.code, /^error: (\w+)/m.exec(run.stderr)?.[1]]).toEqual([2, 'LIMIT_EXCEEDED']);
    expect(relay.heard).toEqual([]);
    expect((await place.run(words, { env: ambient })).code).toBe(0);
    expect(relay.heard).toHaveLength(1);
  });
});

describe('--allow-missing-sct', () => {
  it.each(['validate', 'evidence sign'])('of %s is never for the embedded root', async (name) => {
    const { place } = workplace(sandbox.url);
    await place.run(['validate', ...INPUTS, '--emit-evidence', OUT, '--no-sign']);
    const words = name === 'validate' ? ['validate', ...INPUTS] : ['evidence', 'sign', OUT];
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    const run = await place.run(
      [...words, '--emit-evidence', 'new.tar.gz', '--allow-missing-sct'],
      { env },
    );
    expect(run.code).toBe(64);
    expect(run.stderr).toMatch(/error: USAGE[^]*at: --allow-missing-sct/);
  });
});
