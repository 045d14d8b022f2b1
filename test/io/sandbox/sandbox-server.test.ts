import { createServer } from 'node:http';
import { connect } from 'node:net';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as der from '../../../src/der/write-der.ts';
import { startSandbox, type Sandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { MAX_REQUEST_BYTES } from '../../../src/limits.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../../src/sandbox/oidc.ts';
import { get, post, requestCertificate, textAt } from '../../sandbox/ask.ts';
import { signIn, verifyUnder } from '../../sandbox/sign-in-sandbox.ts';

const WORKFLOW = 'acme/widget/.github/workflows/ci.yml@refs/heads/main';
const POSTS = [
  '/api/v2/signingCert',
  '/api/v1/log/entries',
  '/rekor2/api/v2/log/entries',
  '/api/v1/timestamp',
];

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

describe('signing in the sandbox', () => {
  for (const kind of ['v1', 'v1-tsa', 'v2-tsa'] as const) {
    it(`gives evidence over ${kind} that verifies with SCT, log and time, from the first entry of a fresh log on`, async () => {
      const fresh = await startSandbox();
      try {
        for (let index = 0; index < 5; index++) {
          const bundle = await signIn(fresh, kind);
          expect(verifyUnder(fresh, kind, bundle).identity).toMatchObject({
            subjectAlternativeName: SANDBOX_IDENTITY,
            extensions: { issuer: SANDBOX_ISSUER },
          });
        }
      } finally {
        await fresh.close();
      }
    });

    it(`gives evidence over ${kind} that no other sandbox's root accepts`, async () => {
      const other = await startSandbox();
      await other.close();
      const bundle = await signIn(sandbox, kind);
      expect(() => verifyUnder(sandbox, kind, bundle)).not.toThrow();
      expect(() => verifyUnder(other, kind, bundle)).toThrow(/could not be verified|certificate/i);
    });
  }

  it('names the workflow of a GitHub Actions token, and carries its claims', async () => {
    const claims = {
      sub: 'repo:acme/widget',
      job_workflow_ref: WORKFLOW,
      repository: 'acme/widget',
    };
    const bundle = await signIn(sandbox, 'v1', sandbox.token(claims));
    const { identity } = verifyUnder(sandbox, 'v1', bundle);
    expect(identity?.subjectAlternativeName).toBe(`https://github.com/${WORKFLOW}`);
    const values = new Map(
      identity?.oids?.map(({ oid, value }) => [oid?.id.join('.'), value.toString('latin1')]),
    );
    const uri = der.utf8String('https://github.com/acme/widget').toString('latin1');
    const issuer = der.utf8String(SANDBOX_ISSUER).toString('latin1');
    expect(values.get('1.3.6.1.4.1.57264.1.1')).toBe(SANDBOX_ISSUER);
    expect(values.get('1.3.6.1.4.1.57264.1.5')).toBe('acme/widget');
    expect(values.get('1.3.6.1.4.1.57264.1.8')).toBe(issuer);
    expect(values.get('1.3.6.1.4.1.57264.1.12')).toBe(uri);
  });
});

describe('a bad request', () => {
  const bodies = ['', '{', '[]', '{"a":1,"a":1}', '\u0000', '['.repeat(1000)];

  it.each(POSTS.flatMap((path) => bodies.map((body) => ({ path, body }))))(
    'gets a JSON error from $path for $body',
    async ({ path, body }) => {
      const answer = await post(sandbox.url + path, body);
      expect(answer.status).toBe(400);
      expect(textAt(answer.body, 'message')).not.toBe('');
    },
  );

  it('never ends the sandbox, whatever JSON or bytes it holds', async () => {
    const bodyOf = fc.oneof(fc.json(), fc.uint8Array());
    const typeOf = fc.constantFrom('application/json', 'application/timestamp-query');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...POSTS), bodyOf, typeOf, async (path, body, type) => {
        const { status } = await post(sandbox.url + path, body, { 'content-type': type });
        expect([400, 401]).toContain(status);
      }),
      { numRuns: 100 },
    );
  });

  it('gets 404 for a path or a method that nothing answers', async () => {
    expect((await get(`${sandbox.url}/nothing`)).status).toBe(404);
    expect((await get(`${sandbox.url}/api/v2/signingCert`)).status).toBe(404);
  });

  it('gets 413 if it is larger than the limit', async () => {
    const { status } = await post(
      `${sandbox.url}/api/v1/timestamp`,
      Buffer.alloc(MAX_REQUEST_BYTES + 1),
    );
    expect(status).toBe(413);
  });

  it.each([
    {
      why: 'breaks off',
      bytes: 'POST /api/v1/timestamp HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{',
    },
    { why: 'is no HTTP', bytes: 'nonsense\r\n\r\n' },
  ])('that $why leaves the sandbox as it was', async ({ bytes }) => {
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.write(bytes, resolve));
    socket.destroy();
    expect((await requestCertificate(sandbox)).status).toBe(200);
  });
});

describe('the port of the sandbox', () => {
  it('is one of loopback, the one that was asked for, and free after close', async () => {
    const first = await startSandbox();
    const port = Number(new URL(first.url).port);
    await signIn(first, 'v1');
    await first.close();
    const again = await startSandbox({ port });
    expect(again.url).toBe(`http://127.0.0.1:${port}`);
    await again.close();
    await expect(fetch(again.url)).rejects.toThrow('fetch failed');
  });

  it('is refused with PORT_UNAVAILABLE if another program listens on it', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const error = await startSandbox({ port: address.port }).catch((found: unknown) => found);
    taken.close();
    expect(error).toMatchObject({ code: 'PORT_UNAVAILABLE', at: `127.0.0.1:${address.port}` });
  });
});
