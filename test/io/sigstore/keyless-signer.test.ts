import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { ATTESTATION } from '../../../src/evidence/layout.ts';
import { startSandbox, type Sandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { findIdentityToken } from '../../../src/io/sigstore/identity-token-sources.ts';
import { keylessSigner, type KeylessSigning } from '../../../src/io/sigstore/keyless-signer.ts';
import { SANDBOX_IDENTITY } from '../../../src/sandbox/oidc.ts';
import type { SigningConfigName } from '../../../src/sandbox/trust-material.ts';
import { parseSigningConfig, type SigningConfig } from '../../../src/sign/signing-config.ts';
import type { SigstoreTrust } from '../../../src/trust/trust.ts';
import { sigstoreTrust } from '../../../src/trust/verify/sigstore-trust.ts';
import { rejection } from '../../document/refusal.ts';
import type { BundleJson } from '../../trust/forge.ts';

const STATEMENT = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","subject":[]}');

let sandbox: Sandbox;
let trust: SigstoreTrust;

beforeAll(async () => {
  sandbox = await startSandbox();
  trust = sigstoreTrust(Buffer.from(JSON.stringify(sandbox.trustedRoot)), 'trusted_root.json');
});

afterAll(async () => {
  await sandbox.close();
});

function configOf(json: unknown): SigningConfig {
  return parseSigningConfig(Buffer.from(JSON.stringify(json)), 'signing_config.json');
}

async function sign(
  config: unknown,
  token: KeylessSigning['token'] = sandbox.token(),
  root: SigstoreTrust = trust,
): Promise<Uint8Array> {
  const signer = keylessSigner({
    signingConfig: configOf(config),
    token,
    now: new Date(),
    trust: root,
  });
  return await signer.sign(STATEMENT);
}

describe('keyless signing with the sandbox', () => {
  it.each<[SigningConfigName, string[], string]>([
    ['signing_config.v1.json', ['transparency log'], 'dsse'],
    ['signing_config.v1-tsa.json', ['transparency log', 'timestamp authority'], 'dsse'],
    ['signing_config.v2-tsa.json', ['timestamp authority'], 'hashedrekord'],
    ['signing_config.json', ['transparency log', 'timestamp authority'], 'dsse'],
  ])('E-21 by %s verifies under its root', async (name, sources, kind) => {
    const bytes = await sign(sandbox.signingConfigs[name]);
    const proof = trust.verify(bytes, ATTESTATION);
    expect(Buffer.from(proof.payload)).toEqual(STATEMENT);
    expect(proof.signer).toMatchObject({ subject: SANDBOX_IDENTITY, issuer: sandbox.issuer });
    expect(proof.times.map(({ source }) => source)).toEqual(sources);
    expect(trust.root.sandbox).toBe(true);
    const { mediaType, verificationMaterial } = jsonOf(bytes);
    expect(mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    const [entry] = verificationMaterial.tlogEntries;
    expect(entry?.kindVersion.kind).toBe(kind);
    expect(entry?.inclusionProof.checkpoint.envelope).toContain('\u2014');
  });

  it('E-21 with the token of a GitHub Actions job', async () => {
    const workflow = 'https://github.com/acme/widget/.github/workflows/ci.yml@refs/heads/main';
    const token = await findIdentityToken(
      { identityToken: undefined, oidcClientId: undefined, login: undefined },
      {
        environment: sandbox.ambientEnv({ sub: workflow }),
        signingConfig: configOf(sandbox.signingConfigs['signing_config.json']),
      },
    );
    const bytes = await sign(sandbox.signingConfigs['signing_config.json'], token);
    expect(trust.verify(bytes, ATTESTATION).signer).toMatchObject({
      type: 'uri',
      subject: workflow,
    });
  });

  it.each(['signing_config.v1.json', 'signing_config.v2-tsa.json'] as const)(
    'writes empty lists and zeros for the first entry of a fresh log (%s)',
    async (name) => {
      const fresh = await startSandbox();
      try {
        const root = sigstoreTrust(Buffer.from(JSON.stringify(fresh.trustedRoot)), 'fresh root');
        const bytes = await sign(fresh.signingConfigs[name], fresh.token(), root);
        const [entry] = jsonOf(bytes).verificationMaterial.tlogEntries;
        expect(entry?.logIndex).toBe('0');
        expect(entry?.inclusionProof).toMatchObject({ logIndex: '0', treeSize: '1', hashes: [] });
        expect(Buffer.from(bytes).toString().split('\n')).toHaveLength(2);
      } finally {
        await fresh.close();
      }
    },
  );

  it('signs with a new key each time', async () => {
    const config = sandbox.signingConfigs['signing_config.json'];
    const [first, second] = [jsonOf(await sign(config)), jsonOf(await sign(config))];
    expect(first.verificationMaterial.certificate).not.toEqual(
      second.verificationMaterial.certificate,
    );
  });

  it('refuses a token that cannot be used before it calls anybody', () => {
    const signingConfig = configOf(sandbox.signingConfigs['signing_config.json']);
    const make = (): unknown =>
      keylessSigner({ signingConfig, token: 'a.b', now: new Date(), trust });
    expect(make).toThrow(expect.objectContaining({ code: 'SIGNING_FAILED' }));
  });
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

function answer(status: number, body: string): Handler {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
}

function hangUp(request: IncomingMessage): void {
  request.socket.destroy();
}

// Together, because most of the time is the pause before a service is asked again.
describe.concurrent('a service that fails', () => {
  const LISTS = { ca: 'caUrls', log: 'rekorTlogUrls', tsa: 'tsaUrls' } as const;

  /** Signs with one service swapped. */
  async function signThrough(
    part: keyof typeof LISTS,
    handler: Handler,
    base: SigningConfigName,
  ): Promise<Uint8Array> {
    const server = createServer(handler);
    const url = await listen(server);
    const config = structuredClone(sandbox.signingConfigs[base]) as Record<
      string,
      { url: string }[]
    >;
    for (const service of config[LISTS[part]] ?? []) service.url = url;
    try {
      return await sign(config, token());
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  async function failure(
    part: keyof typeof LISTS,
    handler: Handler,
    base: SigningConfigName = 'signing_config.json',
  ): Promise<EvidenceError> {
    const drained: Handler = (request, response) => {
      request.resume();
      handler(request, response);
    };
    const error = await rejection(signThrough(part, drained, base));
    if (error !== undefined) return error;
    throw new Error('the failure was not noticed');
  }

  let sharedToken: string | undefined;
  function token(): string {
    sharedToken ??= sandbox.token();
    return sharedToken;
  }

  const NAMES = {
    ca: 'certificate authority',
    log: 'transparency log',
    tsa: 'timestamp authority',
  } as const;

  it.each<[keyof typeof LISTS, SigningConfigName]>([
    ['ca', 'signing_config.json'],
    ['log', 'signing_config.json'],
    ['log', 'signing_config.v2-tsa.json'],
    ['tsa', 'signing_config.json'],
  ])('by refusing is named with its address and status: %s of %s', async (part, config) => {
    const error = await failure(part, answer(403, '{"message":"not you"}'), config);
    expect(error.code).toBe('SERVICE_FAILED');
    expect(error.at).toMatch(/^http:\/\/127\.0\.0\.1:\d+/);
    expect(error.found).toContain(`status 403 from the ${NAMES[part]}`);
    expect(error.found).toContain('not you');
    expect(error.hint).not.toBe('');
  });

  it.each<[keyof typeof LISTS, SigningConfigName]>([
    ['ca', 'signing_config.json'],
    ['log', 'signing_config.v1.json'],
    ['log', 'signing_config.v2-tsa.json'],
    ['tsa', 'signing_config.json'],
  ])(
    'by sending us elsewhere is refused, and elsewhere hears nothing: %s of %s',
    async (part, config) => {
      let heard = 0;
      const elsewhere = createServer((_, response) => {
        heard += 1;
        response.end('{}');
      });
      const location = `${await listen(elsewhere)}/steal`;
      try {
        const failures = [302, 307, 308].map(
          async (status) =>
            await failure(
              part,
              (_, response) => {
                response.writeHead(status, { location }).end();
              },
              config,
            ),
        );
        for (const error of await Promise.all(failures)) {
          expect(error.code).toBe('SERVICE_FAILED');
          expect(error.found).toMatch(
            new RegExp(`status 30\\d, a redirect, from the ${NAMES[part]}`),
          );
          expect(error.hint).toContain('redirect');
          expect(error.at).not.toContain(new URL(location).port);
        }
        expect(heard).toBe(0);
      } finally {
        elsewhere.close();
      }
    },
  );

  it.each([
    ['a web page', '<html>'],
    ['nothing', ''],
    ['JSON', '{}'],
  ])('by a timestamp that is %s is named, not the trusted root', async (_, body) => {
    const { code, found } = await failure('tsa', answer(200, body));
    expect([code, found]).toEqual([
      'SERVICE_ANSWER_INVALID',
      expect.stringContaining('timestamp authority'),
    ]);
  });

  it.each(['ca', 'log', 'tsa'] as const)(
    'by an answer without end is left after one mebibyte: %s',
    async (part) => {
      let sent = 0;
      const error = await failure(part, (_, response) => {
        const chunk = Buffer.alloc(64 * 1024, ' ');
        const more = (): void => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
          response.once('drain', more);
        };
        response.writeHead(200);
        more();
      });
      expect(error.code).toBe('SERVICE_ANSWER_INVALID');
      expect(error.found).toContain('the answer is too long');
      expect(sent).toBeLessThan(64 * 1024 * 1024);
    },
  );

  it.each(['', 'http://elsewhere.test'])(
    'after it logged the entry gives it when asked again, by its own address (%s)',
    async (origin) => {
      const asked: string[] = [];
      const handler: Handler = (request, response) => {
        asked.push(`${request.method}`);
        void relay(request, response, { origin, lost: asked.length === 1 });
      };
      const bytes = await signThrough('log', handler, 'signing_config.v1.json');
      expect(Buffer.from(trust.verify(bytes, ATTESTATION).payload)).toEqual(STATEMENT);
      expect(asked).toEqual(['POST', 'POST', 'GET']);
    },
  );

  it.each(['ca', 'log', 'tsa'] as const)('by hanging up is named: %s', async (part) => {
    const error = await failure(part, hangUp);
    expect(error.code).toBe('SERVICE_UNREACHABLE');
    expect(error.found).toContain(`no usable answer from the ${NAMES[part]}`);
  });

  it.each([
    ['ca', '{}'],
    ['ca', 'not json'],
    ['ca', '{"signedCertificateEmbeddedSct":{"chain":{"certificates":[]}}}'],
    ['log', '{}'],
    ['log', '{"a":{},"b":{}}'],
    ['log', '[]'],
  ] as const)('by answering garbage is told: %s %s', async (part, body) => {
    const error = await failure(part, answer(201, body));
    expect(error.code).toBe('SERVICE_ANSWER_INVALID');
    expect(error.found).toContain(`from the ${NAMES[part]}`);
  });

  it.each([
    ['ca', 'signing_config.json'],
    ['log', 'signing_config.v1.json'],
    ['log', 'signing_config.v2-tsa.json'],
    ['tsa', 'signing_config.v2-tsa.json'],
  ] as const)(
    'by an error with status 200 is told what it says: %s of %s',
    async (part, config) => {
      const message = `down for\u202E repair ${'x'.repeat(5000)}`;
      const body = JSON.stringify({ code: 13, message });
      const error = await failure(part, answer(200, body), config);
      expect(error.code).toBe('SERVICE_ANSWER_INVALID');
      expect(error.found).toContain(`status 200 from the ${NAMES[part]}`);
      expect(error.found).toContain(String.raw`not what was asked for, but: down for\u202e repair`);
      expect(error.found.length).toBeLessThan(2500);
    },
  );

  it.each(['{}', '[]', 'null', '"x"', '{"logId":{"keyId":"AAAA"}}'])(
    'by answering %s for Rekor v2 is told',
    async (body) => {
      const error = await failure('log', answer(201, body), 'signing_config.v2-tsa.json');
      expect(error.code).toBe('SERVICE_ANSWER_INVALID');
    },
  );

  it('for a moment is asked again, and the signature succeeds', async () => {
    let calls = 0;
    const handler: Handler = (request, response) => {
      calls += 1;
      const target = new URL(request.url ?? '/', sandbox.url);
      if (calls < 3) {
        response.writeHead(503).end();
      } else {
        void forward(request, response, target);
      }
    };
    const bytes = await signThrough('log', handler, 'signing_config.v1.json');
    expect(Buffer.from(trust.verify(bytes, ATTESTATION).payload)).toEqual(STATEMENT);
    expect(calls).toBe(3);
  });

  it('never makes us tell the token, even if it repeats it', async () => {
    const secret = token();
    for (const part of ['ca', 'log', 'tsa'] as const) {
      const error = await failure(part, answer(400, JSON.stringify({ message: `bad ${secret}` })));
      const told = JSON.stringify([error, error.message, error.stack, error.cause]);
      expect(told).not.toContain(secret);
      expect(told).not.toContain(secret.split('.')[2]);
    }
  });

  it.each<[string, (secret: string) => unknown]>([
    ['all but its end', (secret) => secret.slice(0, -4)],
    ['its claims', (secret) => secret.split('.')[1]],
    ['a piece', (secret) => `x"${secret.slice(-30, -10)}"`],
    ['it in an object', (secret) => ({ secret })],
  ])('never makes us tell the token, even if it repeats %s', async (_, repeat) => {
    const secret = token();
    const message = repeat(secret);
    for (const body of [JSON.stringify({ message }), `no JSON: ${JSON.stringify(message)}`]) {
      const error = await failure('ca', answer(400, body));
      const told = JSON.stringify([error, error.message, error.stack, error.cause]);
      for (let start = 0; start + 8 <= secret.length; start += 1) {
        expect(told).not.toContain(secret.slice(start, start + 8));
      }
    }
    const unread = await failure('ca', answer(200, String(message)));
    expect(unread.found).not.toContain(secret.slice(-20, -12));
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: URL,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const reply = await fetch(target, {
    method: request.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    body: Buffer.concat(chunks),
  });
  response.writeHead(reply.status, { 'content-type': 'application/json' });
  response.end(Buffer.from(await reply.arrayBuffer()));
}

/** Passes a request on; the answer may be lost, and names an entry that is there at another origin. */
async function relay(
  request: IncomingMessage,
  response: ServerResponse,
  { origin, lost }: { readonly origin: string; readonly lost: boolean },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const reply = await fetch(new URL(request.url ?? '/', sandbox.url), {
    method: request.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    ...(request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
  });
  const body = Buffer.from(await reply.arrayBuffer());
  if (lost) {
    response.writeHead(503).end();
    return;
  }
  response.writeHead(reply.status, { location: `${origin}${reply.headers.get('location') ?? ''}` });
  response.end(body);
}

function jsonOf(bytes: Uint8Array): BundleJson {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as BundleJson;
}
