// A real Sigstore on loopback: Fulcio, Rekor v2 (and v1) and a timestamp authority. The OpenID provider and
// the certificate log are those of our sandbox, which so are proved too.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';
import { answers, fetchText, freePorts, mustRun, startService } from './processes.ts';
import type { Service } from './processes.ts';
import { goProgram } from './programs.ts';
import { startRekorV1 } from './rekor-v1.ts';
import type { EvidenceKind, RekorV1Address, Sigstore } from './sigstore.ts';
import { WORKFLOW_CLAIMS, WORKFLOW_IDENTITY } from './workflow.ts';

export interface RealSigstore {
  readonly usual: Sigstore;
  /** The same logs and timestamps, under a Fulcio that uses no certificate log. */
  readonly withoutCtLog: Sigstore;
  /** The same, under a Fulcio whose tokens are those of GitHub Actions. */
  readonly workflows: Sigstore;
  close(): Promise<void>;
}

const FROM = 'start-time=2026-01-01T00:00:00Z';
const OPERATOR = 'operator=local';

/** @param issuer of tokens for e-mail addresses, which the usual Fulcio takes beside the sandbox's */
export async function startRealSigstore(
  directory: string,
  withRekorV1: boolean,
  issuer: string,
): Promise<RealSigstore> {
  mkdirSync(directory, { recursive: true });
  const sandbox = await startSandbox({ issuer: (url) => url });
  const services: Service[] = [];
  const close = async (): Promise<void> => {
    for (const service of services.toReversed()) await service.stop();
    await sandbox.close();
  };
  try {
    const timestamps = await startTimestamps(directory, services);
    const rekorV2 = await startRekorV2(directory, services);
    // Both want port 2112 for their figures. Only Rekor can do without.
    const rekorV1 = withRekorV1
      ? await startRekorV1(join(directory, 'rekor-v1'), services)
      : undefined;
    const shared = { directory, sandbox, services, timestamps, rekorV2, rekorV1 };
    const ctLog = `${sandbox.url}/ct`;
    const usual = await startFulcio(shared, 'usual', { ctLog, type: 'email', issuer });
    const withoutCtLog = await startFulcio(shared, 'without-ct', { ctLog: '', type: 'email' });
    const workflows = await startFulcio(shared, 'workflows', { ctLog, type: 'github-workflow' });
    return {
      ...{ usual, withoutCtLog, close },
      workflows: {
        ...workflows,
        identity: WORKFLOW_IDENTITY,
        token: () => sandbox.token(WORKFLOW_CLAIMS),
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Shared {
  readonly directory: string;
  readonly sandbox: Sandbox;
  readonly services: Service[];
  readonly timestamps: { readonly url: string; readonly chain: string };
  readonly rekorV2: { readonly url: string; readonly key: string };
  readonly rekorV1: RekorV1Address | undefined;
}

async function startTimestamps(
  directory: string,
  services: Service[],
): Promise<Shared['timestamps']> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/api/v1/timestamp`;
  const words = ['serve', '--host', '127.0.0.1', '--port', `${port}`, '--scheme', 'http'];
  services.push(
    await startService({
      name: 'timestamp-server',
      program: goProgram('timestamp-server'),
      words: [...words, '--timestamp-signer', 'memory', '--disable-ntp-monitoring'],
      log: join(directory, 'timestamp-server.log'),
      isReady: async () => await answers(`${url}/certchain`),
    }),
  );
  const chain = join(directory, 'tsa.pem');
  writeFileSync(chain, await fetchText(`${url}/certchain`));
  return { url, chain };
}

async function startRekorV2(directory: string, services: Service[]): Promise<Shared['rekorV2']> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = join(directory, 'rekor-v2.pub');
  const signer = join(directory, 'rekor-v2.key');
  writeFileSync(key, publicKey.export({ format: 'pem', type: 'spki' }));
  writeFileSync(signer, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const [port, grpc, metrics] = await freePorts(3);
  const url = `http://127.0.0.1:${port}`;
  // Verifiers look for the host name of the log's address in its checkpoints, without the port.
  const words = ['serve', '--hostname', '127.0.0.1', '--storage-dir', join(directory, 'tiles')];
  const ports = ['--http-port', `${port}`, '--grpc-port', `${grpc}`];
  const timing = ['--checkpoint-interval', '1s', '--persistent-antispam=false'];
  services.push(
    await startService({
      name: 'rekor-tiles',
      program: goProgram('posix'),
      words: [
        ...words,
        ...ports,
        ...['--http-metrics-port', `${metrics}`, '--signer-filepath', signer],
        ...timing,
      ],
      log: join(directory, 'rekor-v2.log'),
      isReady: async () => await answers(url),
    }),
  );
  return { url, key };
}

interface FulcioSettings {
  readonly ctLog: string;
  /** Of the tokens. */
  readonly type: 'email' | 'github-workflow';
  /** Another one whose tokens it takes. */
  readonly issuer?: string;
}

/** Starts a Fulcio, and gives everything that a client of it needs. */
async function startFulcio(
  shared: Shared,
  name: string,
  { ctLog, type, issuer = shared.sandbox.issuer }: FulcioSettings,
): Promise<Sigstore> {
  const { sandbox, services } = shared;
  const directory = join(shared.directory, name);
  mkdirSync(directory);
  const issuers = [sandbox.issuer, issuer].map((url) => {
    return [url, { IssuerURL: url, ClientID: 'sigstore', Type: type }] as const;
  });
  const file = join(directory, 'fulcio.json');
  writeFileSync(file, JSON.stringify({ OIDCIssuers: Object.fromEntries(issuers) }));
  const [port, grpc, metrics] = await freePorts(3);
  const url = `http://127.0.0.1:${port}`;
  services.push(
    await startService({
      name: `fulcio (${name})`,
      program: goProgram('fulcio'),
      words: [
        ...['serve', '--ca', 'ephemeralca', `--ct-log-url=${ctLog}`, '--config-path', file],
        ...['--host', '127.0.0.1', '--port', `${port}`],
        ...['--grpc-host', '127.0.0.1', '--grpc-port', `${grpc}`, '--metrics-port', `${metrics}`],
        ...['--legacy-unix-domain-socket', `@affidavit-interop-${port}`],
      ],
      log: join(directory, 'fulcio.log'),
      isReady: async () => await answers(`${url}/api/v2/trustBundle`),
    }),
  );
  const [chain] = readTrustBundle(await fetchText(`${url}/api/v2/trustBundle`)).chains;
  writeFileSync(join(directory, 'fulcio.pem'), chain?.certificates.join('\n') ?? '');
  return {
    root: await writeRoot(shared, directory, url, ctLog !== ''),
    configs: await writeConfigs(shared, directory, url),
    identity: SANDBOX_IDENTITY,
    issuer: sandbox.issuer,
    token: (claims) => sandbox.token(claims),
  };
}

interface TrustBundle {
  readonly chains: readonly { readonly certificates: readonly string[] }[];
}

function readTrustBundle(text: string): TrustBundle {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answer of the program under test
  return JSON.parse(text) as TrustBundle;
}

/** The trusted root, written by cosign. */
async function writeRoot(
  { sandbox, timestamps, rekorV2, rekorV1 }: Shared,
  directory: string,
  fulcio: string,
  hasCtLog: boolean,
): Promise<string> {
  const root = join(directory, 'trusted_root.json');
  const ctKey = join(directory, 'ct.pub');
  writeFileSync(ctKey, ctLogKey(sandbox));
  const chain = join(directory, 'fulcio.pem');
  await mustRun(goProgram('cosign'), [
    ...['trusted-root', 'create', '--out', root],
    `--fulcio=url=${fulcio},certificate-chain=${chain},${FROM}`,
    `--rekor=url=${rekorV2.url},public-key=${rekorV2.key},${FROM},origin=127.0.0.1`,
    ...(rekorV1 === undefined
      ? []
      : [`--rekor=url=${rekorV1.url},public-key=${rekorV1.key},${FROM}`]),
    ...(hasCtLog ? [`--ctfe=url=${sandbox.url}/ct,public-key=${ctKey},${FROM}`] : []),
    `--tsa=url=${timestamps.url},certificate-chain=${timestamps.chain},${FROM}`,
  ]);
  return root;
}

/** The key of the sandbox's certificate log in PEM. */
function ctLogKey(sandbox: Sandbox): string {
  const root = JSON.stringify(sandbox.trustedRoot['ctlogs']);
  const spki = /"rawBytes":"([^"]+)"/.exec(root)?.[1] ?? '';
  const lines = spki.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}

/** The signing configs, written by cosign. */
async function writeConfigs(
  { sandbox, timestamps, rekorV2, rekorV1 }: Shared,
  directory: string,
  fulcio: string,
): Promise<Sigstore['configs']> {
  const write = async (kind: EvidenceKind): Promise<string> => {
    const out = join(directory, `signing_config.${kind}.json`);
    const log = kind === 'v2-tsa' ? rekorV2.url : (rekorV1?.url ?? '');
    const version = kind === 'v2-tsa' ? 2 : 1;
    const stamped = [
      `--tsa=url=${timestamps.url},api-version=1,${FROM},${OPERATOR}`,
      '--tsa-config=ANY',
    ];
    await mustRun(goProgram('cosign'), [
      ...['signing-config', 'create', '--out', out, '--rekor-config=ANY'],
      `--fulcio=url=${fulcio},api-version=1,${FROM},${OPERATOR}`,
      `--oidc-provider=url=${sandbox.issuer},api-version=1,${FROM},${OPERATOR}`,
      `--rekor=url=${log},api-version=${version},${FROM},${OPERATOR}`,
      ...(kind === 'v1' ? [] : stamped),
    ]);
    return out;
  };
  const v2 = { 'v2-tsa': await write('v2-tsa') };
  if (rekorV1 === undefined) return v2;
  return { ...v2, v1: await write('v1'), 'v1-tsa': await write('v1-tsa') };
}
