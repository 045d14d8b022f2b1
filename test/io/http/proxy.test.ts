import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import {
  exchange,
  postJson,
  type HttpAnswer,
  type HttpFailure,
} from '../../../src/io/http/client.ts';
import { requestFrom } from '../../../src/io/http/service-request.ts';
import { useCaCertificates } from '../../../src/io/sigstore/ca-certificates.ts';
import { rejection } from '../../document/refusal.ts';
import { withServer } from './local-server.ts';
import { serverCertificate, startProxy, startRudeProxy, startTls } from './tls-server.ts';

const HOST = 'fulcio.test';
const certificate = serverCertificate(HOST);
const folder = mkdtempSync(join(tmpdir(), 'affidavit-ca-'));
const heard: string[] = [];
let server: Awaited<ReturnType<typeof startTls>>;
let proxy: Awaited<ReturnType<typeof startProxy>>;

beforeAll(async () => {
  server = await startTls(certificate, (request, response) => {
    heard.push(`${request.method} ${request.headers.host}${request.url}`);
    response.end('hello');
  });
  proxy = await startProxy(server.port);
});

afterAll(() => {
  proxy.close();
  server.close();
  rmSync(folder, { recursive: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

async function call(url: string, timeoutMs = 20_000): Promise<HttpAnswer | HttpFailure> {
  return await exchange({ url, init: postJson({}), timeoutMs, maxBytes: 100, wait });
}

async function wait(): Promise<void> {
  await Promise.resolve();
}

/** The error that a user sees. */
async function failure(
  url: string,
  timeoutMs = 2000,
): Promise<{ readonly code?: string; readonly found?: string; readonly hint?: string }> {
  const service = { name: 'certificate authority', at: url, url, secrets: [], init: postJson({}) };
  return (await rejection(requestFrom({ ...service, timeoutMs, wait }, () => undefined))) ?? {};
}

describe('before --ca-certificates', () => {
  it('a server of another authority is refused, and the flag is named', async () => {
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
    const error = await failure(`https://${HOST}/api`);
    expect(error.code).toBe('SERVICE_UNREACHABLE');
    expect(error.hint).toContain('--ca-certificates');
    expect(heard).toEqual([]);
  });

  it.each([
    ['nothing', '', 'no PEM block'],
    ['a key', certificate.key, 'PRIVATE KEY'],
    ['a certificate and a key', certificate.ca + certificate.key, 'PRIVATE KEY'],
    ['a certificate without its end', certificate.ca.slice(0, 200), 'without its end'],
    ['bytes that are no certificate', certificate.ca.replace('MI', 'AA'), 'no certificate'],
  ])('a file with %s is refused', async (_, content, found) => {
    const path = join(folder, 'bad.pem');
    writeFileSync(path, content);
    const error = await rejection(useCaCertificates(path));
    expect(error).toMatchObject({ code: 'CA_CERTIFICATES_INVALID', at: path });
    expect(error?.found).toContain(found);
  });

  it('a file that is not there is refused', async () => {
    const error = await rejection(useCaCertificates(join(folder, 'none.pem')));
    expect(error?.code).toBe('FILE_UNREADABLE');
  });
});

describe('HTTPS_PROXY, with --ca-certificates', () => {
  beforeAll(async () => {
    const path = join(folder, 'ca.pem');
    writeFileSync(path, `The authority of our network\n${certificate.ca}`);
    await useCaCertificates(path);
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])('%s leads there, by CONNECT', async (variable) => {
    vi.stubEnv(variable, `http://127.0.0.1:${proxy.port}`);
    expect(await call(`https://${HOST}/api`)).toMatchObject({
      ok: true,
      body: Buffer.from('hello'),
    });
    expect(proxy.asked.at(-1)).toBe(`${HOST}:443`);
    expect(heard.at(-1)).toBe(`POST ${HOST}/api`);
  });

  it('gives the proxy its user and password', async () => {
    vi.stubEnv('HTTPS_PROXY', `http://me:secret-word@127.0.0.1:${proxy.port}`);
    await call(`https://${HOST}/api`);
    const basic = Buffer.from('me:secret-word').toString('base64');
    expect(proxy.credentials.at(-1)).toBe(`Basic ${basic}`);
  });

  it.each([HOST, '.test', '*', `other.example, ${HOST}`])(
    'is not used for a host that NO_PROXY lists: %s',
    async (exceptions) => {
      vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
      vi.stubEnv('NO_PROXY', exceptions);
      const before = proxy.asked.length;
      const outcome = await call(`https://${HOST}/api`);
      // The name leads nowhere.
      expect(outcome).toMatchObject({ status: undefined, cause: 'down' });
      expect(proxy.asked).toHaveLength(before);
    },
  );

  it('is not used for plain http, which is for this machine: a proxy could read it', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    await withServer(
      (_, response) => response.end('here'),
      async (url) => {
        expect(await call(url)).toMatchObject({ ok: true, body: Buffer.from('here') });
      },
    );
  });

  it.each([
    ['says no', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', '407'],
    ['hangs up', '', 'tunnel'],
    ['says something else', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'SSH'],
    ['says nothing', undefined, 'timed out'],
  ])('that %s is named, without its password', async (_, reply, words) => {
    const rude = await startRudeProxy(reply);
    try {
      vi.stubEnv('HTTPS_PROXY', `http://me:secret-word@127.0.0.1:${rude.port}`);
      const error = await failure(`https://${HOST}/api`, reply === undefined ? 200 : undefined);
      expect(error.code).toBe('PROXY_FAILED');
      expect(error.found).toContain(words);
      expect(error.hint).toContain(`HTTPS_PROXY, which is http://127.0.0.1:${rude.port}`);
      expect(error.hint).toContain('NO_PROXY');
      expect(JSON.stringify(error)).not.toContain('secret-word');
    } finally {
      rude.close();
    }
  });

  it.each(['http://127.0.0.1:1', 'http://proxy.invalid:3128'])(
    'that is not there is named: %s',
    async (address) => {
      vi.stubEnv('HTTPS_PROXY', address);
      const error = await failure(`https://${HOST}/api`);
      expect(error.code).toBe('PROXY_FAILED');
      expect(error.hint).toContain(`HTTPS_PROXY, which is ${address}`);
    },
  );

  it.each(['me:secret-word@proxy:8080', 'socks5://me:secret-word@127.0.0.1:1', 'proxy'])(
    'that is no address of a proxy is an error, not ignored: %s',
    async (address) => {
      vi.stubEnv('HTTPS_PROXY', address);
      const error = await failure(`https://${HOST}/api`);
      expect(error.code).toBe('PROXY_FAILED');
      expect(error.found).toContain('HTTPS_PROXY is not http://HOST:PORT');
      expect(JSON.stringify(error)).not.toContain('secret-word');
    },
  );

  it('is named when a service behind it cannot be reached', async () => {
    const gone = await startProxy(1);
    try {
      vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${gone.port}`);
      const error = await failure(`https://${HOST}/api`);
      expect(error.hint).toContain(`HTTPS_PROXY, which is http://127.0.0.1:${gone.port}`);
    } finally {
      gone.close();
    }
  });
});
