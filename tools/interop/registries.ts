// Real registries on loopback: distribution, for anybody, with passwords and with tokens; and
// go-containerregistry, which has a Referrers API.
import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { withTokenService, type AskedForToken } from '../../test/oci/token-service.ts';
import { answers, freePorts, startService, type Service } from './processes.ts';
import { goProgram } from './programs.ts';

export interface LocalRegistry {
  /** In the words of the page. */
  readonly name: string;
  readonly host: string;
  /** Only USER may push. */
  readonly hasLogin: boolean;
  /** Where it sends clients for tokens, HOST:PORT. */
  readonly tokens?: string;
}

export const USER = 'contributor';
export const PASSWORD = 'correct-horse';
/** bcrypt of PASSWORD, at the least cost. */
const HTPASSWD = `${USER}:$2b$04$qTuges7dNtXZi1GKr0E88OEMI.BhpormwTSzmKtThiamVRMn/EJsq\n`;

const AUTH = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');

export type Registries = Readonly<
  Record<'plain' | 'htpasswd' | 'tokens' | 'listing', LocalRegistry>
>;

/** Where registries keep their files, and all that run so far. */
interface Rack {
  readonly directory: string;
  readonly services: Service[];
}

/** All four, with what they keep in this directory, until `use` ends. */
export async function withRegistries<T>(
  directory: string,
  use: (registries: Registries) => Promise<T>,
): Promise<T> {
  mkdirSync(directory, { recursive: true });
  const rack = { directory, services: [] };
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const result = Promise.withResolvers<T>();
  await withTokenService(
    (asked) => tokenFor(key.privateKey, asked),
    async (realm) => {
      try {
        result.resolve(await use(await startAll(rack, realm, key.publicKey)));
      } finally {
        await stopAll(rack);
      }
    },
  );
  return await result.promise;
}

async function stopAll({ services }: Rack): Promise<void> {
  for (const service of services.toReversed()) await service.stop();
}

async function startAll(rack: Rack, url: string, publicKey: KeyObject): Promise<Registries> {
  const path = join(rack.directory, 'htpasswd');
  writeFileSync(path, HTPASSWD);
  const jwks = join(rack.directory, 'jwks.json');
  const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256', use: 'sig' };
  writeFileSync(jwks, JSON.stringify({ keys: [key] }));
  // By name: clients refuse an address of this machine that a registry names.
  const realm = url.replace('127.0.0.1', 'localhost');
  const token = { realm, service: SERVICE, issuer: ISSUER, jwks };
  const tokens = await startDistribution(rack, 'distribution, tokens', { token });
  return {
    plain: await startDistribution(rack, 'distribution'),
    htpasswd: await startDistribution(rack, 'distribution, passwords', {
      htpasswd: { realm: 'interop', path },
    }),
    tokens: { ...tokens, tokens: new URL(realm).host },
    listing: await startListing(rack),
  };
}

async function startDistribution(rack: Rack, name: string, auth?: unknown): Promise<LocalRegistry> {
  const file = join(rack.directory, name.replaceAll(/\W+/g, '-'));
  const [port] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: file } },
    http: { addr: host },
    ...(auth === undefined ? {} : { auth }),
  };
  // JSON is YAML.
  writeFileSync(`${file}.yaml`, JSON.stringify(config));
  const words = ['serve', `${file}.yaml`];
  await serve(rack, { name, host, program: 'registry', words });
  return { name, host, hasLogin: auth !== undefined };
}

async function startListing(rack: Rack): Promise<LocalRegistry> {
  const name = 'go-containerregistry';
  const [port] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  await serve(rack, { name, host, program: name, words: [host] });
  return { name, host, hasLogin: false };
}

interface Served {
  readonly name: string;
  readonly host: string;
  readonly program: 'registry' | 'go-containerregistry';
  readonly words: readonly string[];
}

async function serve({ directory, services }: Rack, served: Served): Promise<void> {
  const { name, host, program, words } = served;
  const log = join(directory, `${name}.log`);
  const isReady = async (): Promise<boolean> => await answers(`http://${host}/v2/`);
  services.push(await startService({ name, words, log, isReady, program: goProgram(program) }));
}

const KEY_ID = 'interop';
const SERVICE = 'registry.interop';
const ISSUER = 'tokens.interop';
const LIFE_S = 300;

/** Anybody may pull, USER may push, and a wrong password gets nothing. */
function tokenFor(key: KeyObject, { method, fields, authorization }: AskedForToken): unknown {
  if (method !== 'GET') return 405;
  const isKnown = authorization === `Basic ${AUTH}`;
  if (authorization !== undefined && !isKnown) return 401;
  const access = (fields['scope']?.split(' ') ?? []).map((scope) => {
    const [, type, name, actions] = /^(\w+):(.+):([\w,*]+)$/.exec(scope) ?? [];
    const wanted = actions?.split(',') ?? [];
    return { type, name, actions: wanted.filter((action) => isKnown || action === 'pull') };
  });
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now, nbf: now, exp: now + LIFE_S, jti: randomUUID() };
  const claims = { iss: ISSUER, aud: SERVICE, sub: isKnown ? USER : '', ...times, access };
  const signed = [{ typ: 'JWT', alg: 'ES256', kid: KEY_ID }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return { token: `${signed}.${signature.toString('base64url')}`, expires_in: LIFE_S };
}

const SLOW_MS = 300;

/** The same registry at another port, where each manifest takes its time: so those who write at once meet. */
export async function slowed(
  { name, host }: LocalRegistry,
  use: (registry: LocalRegistry) => Promise<void>,
): Promise<void> {
  const pass = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = asked;
    if (method === 'PUT' && url.includes('/manifests/')) await sleep(SLOW_MS);
    const passed = request(`http://${host}${url}`, { method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 0, given.headers);
      given.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  };
  const server = createServer((asked, answer) => void pass(asked, answer));
  const [port = 0] = await freePorts(1);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  try {
    await use({ name, host: `127.0.0.1:${port}`, hasLogin: false });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
