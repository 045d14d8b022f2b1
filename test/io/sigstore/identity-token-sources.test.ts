import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { readIdentityToken } from '../../../src/io/sigstore/identity-token-sources.ts';
import { rejection } from '../../document/refusal.ts';

interface Seen {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
}

/** A service of one answer, and what it was asked. */
async function withService(
  status: number,
  body: string,
  call: (url: string) => Promise<unknown>,
): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { url, headers } = request;
    seen.push({ url, authorization: headers.authorization });
    response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' }).end(body);
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  try {
    await call(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return seen;
}

function actions(url: string): Record<string, string> {
  return { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-secret' };
}

describe('an identity token', () => {
  it('comes from the flag first, then the environment, then GitHub Actions', async () => {
    const everywhere = {
      SIGSTORE_ID_TOKEN: 'from-environment',
      ...actions('https://nowhere.test'),
    };
    expect(await readIdentityToken('from-flag', everywhere)).toBe('from-flag');
    expect(await readIdentityToken(undefined, everywhere)).toBe('from-environment');
    const seen = await withService(200, '{"value":"from-actions"}', async (url) => {
      const environment = { SIGSTORE_ID_TOKEN: '', ...actions(url) };
      expect(await readIdentityToken(undefined, environment)).toBe('from-actions');
    });
    expect(seen).toEqual([
      { url: '/token?api-version=2&audience=sigstore', authorization: 'Bearer bearer-secret' },
    ]);
  });

  it('an empty flag is no token, and no other source replaces it', async () => {
    const error = await rejection(readIdentityToken('', { SIGSTORE_ID_TOKEN: 'of-somebody-else' }));
    expect(error?.code).toBe('TOKEN_MISSING');
  });

  it('E-22 without any source names all three and the way without', async () => {
    const error = await rejection(readIdentityToken(undefined, {}));
    expect([error?.code, error?.class]).toEqual(['TOKEN_MISSING', 'usage']);
    const told = `${error?.expected} ${error?.hint}`;
    for (const word of ['--identity-token', 'SIGSTORE_ID_TOKEN', 'id-token: write', '--no-sign']) {
      expect(told).toContain(word);
    }
  });

  it.each([
    ['answers no', 403, '{"message":"forbidden"}', 'SERVICE_FAILED'],
    ['answers garbage', 200, 'not json', 'SERVICE_ANSWER_INVALID'],
    ['answers without a token', 200, '{"count":1}', 'SERVICE_FAILED'],
    ['sends us elsewhere', 302, '', 'SERVICE_FAILED'],
  ])('of a service that %s is refused with the place', async (_, status, body, code) => {
    let error: EvidenceError | undefined;
    const seen = await withService(status, body, async (url) => {
      error = await rejection(readIdentityToken(undefined, actions(url)));
    });
    expect(error?.code).toBe(code);
    expect(error?.at).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(JSON.stringify([error, error?.message])).not.toContain('bearer-secret');
    expect(seen).toHaveLength(1);
  });

  it('is never asked for in the clear', async () => {
    const error = await rejection(readIdentityToken(undefined, actions('http://tokens.test/x')));
    expect([error?.code, error?.at]).toEqual(['SIGNING_FAILED', 'ACTIONS_ID_TOKEN_REQUEST_URL']);
  });

  it.each(['{"message":"no: Bearer bearer-secret"}', '{"message":"bearer-secr"}', 'bearer-secret'])(
    'of a service that repeats the credential is refused without it (%s)',
    async (body) => {
      let error: EvidenceError | undefined;
      await withService(403, body, async (url) => {
        error = await rejection(readIdentityToken(undefined, actions(`${url}&key=query-secret`)));
      });
      expect(error?.code).toBe('SERVICE_FAILED');
      expect(error?.at).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(JSON.stringify([error, error?.message])).not.toMatch(/er-secr|query-secret/);
    },
  );

  it.each(['https://user:pass-word@tokens.test/x', 'user:pass-word@'])(
    'is not asked for with a password in the address, which is not shown: %s',
    async (address) => {
      const error = await rejection(readIdentityToken(undefined, actions(address)));
      expect([error?.code, error?.at]).toEqual(['SIGNING_FAILED', 'ACTIONS_ID_TOKEN_REQUEST_URL']);
      expect(JSON.stringify([error, error?.message])).not.toContain('pass-word');
    },
  );
});
