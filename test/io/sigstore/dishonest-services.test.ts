// Services that lie, or lose their answers. Each test starts from a signature that succeeds, and changes one thing.
import { X509Certificate, createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { seal, type Sealed } from '../../../src/attestation/seal.ts';
import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { ATTESTATION } from '../../../src/evidence/layout.ts';
import { startSandbox, type Sandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { keylessSigner } from '../../../src/io/sigstore/keyless-signer.ts';
import type { SigningConfigName } from '../../../src/sandbox/trust-material.ts';
import { parseSigningConfig } from '../../../src/sign/signing-config.ts';
import type { Identity, SigstoreTrust } from '../../../src/trust/trust.ts';
import { sigstoreTrust } from '../../../src/trust/verify/sigstore-trust.ts';
import { rejection } from '../../document/refusal.ts';
import { startRelay, type Answer, type Behaviour, type Call, type Relay } from './relay.ts';

const STATEMENT = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","subject":[]}');
const GITHUB = 'https://token.actions.githubusercontent.com';
const WORKFLOW = 'o/r/.github/workflows/w.yml@refs/heads/main';

let sandbox: Sandbox;
let trust: SigstoreTrust;

beforeAll(async () => {
  sandbox = await startSandbox({ issuer: GITHUB });
  trust = sigstoreTrust(Buffer.from(JSON.stringify(sandbox.trustedRoot)), 'trusted_root.json');
});

afterAll(async () => {
  await sandbox.close();
});

const FIELDS = { ca: 'caUrls', log: 'rekorTlogUrls', tsa: 'tsaUrls' } as const;
type Part = keyof typeof FIELDS;

interface Place {
  readonly relays: Readonly<Record<Part, Relay>>;
  readonly sealed: () => Promise<Sealed>;
  readonly shown: readonly Identity[];
}

interface Setting {
  readonly config?: SigningConfigName;
  readonly behave?: Partial<Record<Part, Behaviour>>;
  readonly token?: string | (() => Promise<string>);
}

const honest: Behaviour = async (call, real) => await real(call);

/** All services behind relays, of which some behave otherwise. */
async function place({
  config = 'signing_config.json',
  behave = {},
  token,
}: Setting): Promise<Place> {
  const json = structuredClone(sandbox.signingConfigs[config]) as Record<string, { url: string }[]>;
  const relays: Partial<Record<Part, Relay>> = {};
  for (const part of ['ca', 'log', 'tsa'] as const) {
    const services = json[FIELDS[part]] ?? [];
    const relay = await startRelay(sandbox.url, behave[part] ?? honest);
    onTestFinished(relay.close);
    relays[part] = relay;
    for (const service of services) service.url = service.url.replace(sandbox.url, relay.url);
  }
  const shown: Identity[] = [];
  const signingConfig = parseSigningConfig(Buffer.from(JSON.stringify(json)), 'config.json');
  const signer = keylessSigner({
    signingConfig,
    token: token ?? tokenOf({}),
    now: new Date(),
    trust,
    show: (identity) => shown.push(identity),
  });
  const files = { statement: 'statement', attestation: ATTESTATION };
  return {
    relays: relays as Record<Part, Relay>,
    sealed: async () => await seal(STATEMENT, { signer, trust }, files),
    shown,
  };
}

function tokenOf(claims: Readonly<Record<string, unknown>>): string {
  return sandbox.token({
    email: undefined,
    sub: 'repo:o/r:ref:refs/heads/main',
    job_workflow_ref: WORKFLOW,
    ...claims,
  });
}

async function refusal(
  setting: Setting,
): Promise<Place & { readonly error: EvidenceError | undefined }> {
  const there = await place(setting);
  return { ...there, error: await rejection(there.sealed()) };
}

/** The answer of the real service with another body. */
async function changed(
  answer: Promise<Answer>,
  change: (json: Record<string, unknown>) => unknown,
): Promise<Answer> {
  const { body, ...rest } = await answer;
  const json = JSON.parse(String(body)) as Record<string, unknown>;
  return { ...rest, body: JSON.stringify(change(json)) };
}

function withToken({ body, ...call }: Call, token: string): Call {
  const json = JSON.parse(body) as Record<string, unknown>;
  return { ...call, body: JSON.stringify({ ...json, credentials: { oidcIdentityToken: token } }) };
}

describe('the certificate is verified before anything is logged', () => {
  it('and one that is right is logged and stamped', async () => {
    const { sealed, relays, shown } = await place({});
    const { proof } = await sealed();
    expect(proof.signer).toMatchObject({
      subject: `https://github.com/${WORKFLOW}`,
      issuer: GITHUB,
    });
    expect([relays.ca, relays.tsa, relays.log].map(({ heard }) => heard.length)).toEqual([1, 1, 1]);
    expect(shown).toEqual([]);
  });

  let first: Promise<Answer> | undefined;
  const LIES: readonly (readonly [string, Behaviour, string])[] = [
    [
      'of another identity',
      async (call, real) =>
        await real(withToken(call, tokenOf({ job_workflow_ref: WORKFLOW.replace('o/r', 'o/x') }))),
      'a certificate for "https://github.com/o/x/.github/workflows/w.yml@refs/heads/main"',
    ],
    [
      'of another key',
      async (call, real) => {
        first ??= real(call);
        return await first;
      },
      'a certificate of another key',
    ],
    [
      'with one byte changed',
      async (call, real) =>
        await changed(real(call), (json) => {
          const text = JSON.stringify(json);
          const [pem = ''] = /-----BEGIN[^"]*?END CERTIFICATE-----/.exec(text) ?? [];
          const der = new X509Certificate(pem.replaceAll('\\n', '\n')).raw;
          der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
          const base64 = der.toString('base64');
          const other = `-----BEGIN CERTIFICATE-----\\n${base64}\\n-----END CERTIFICATE-----`;
          return JSON.parse(text.replace(pem, other)) as unknown;
        }),
      'CERTIFICATE_INVALID',
    ],
  ];

  it.each(LIES)('and one %s is refused; nothing is stamped or logged', async (name, lie, found) => {
    // The key of an earlier request.
    if (name === 'of another key') await (await place({ behave: { ca: lie } })).sealed();
    const { error, relays } = await refusal({ behave: { ca: lie } });
    expect([error?.code, error?.at]).toEqual(['SELF_CHECK_FAILED', relays.ca.url]);
    expect(error?.found).toContain(`from the certificate authority, ${found}`);
    expect([...relays.tsa.heard, ...relays.log.heard]).toEqual([]);
  });

  it('and one of another Sigstore is refused', async () => {
    const other = await startSandbox({ issuer: GITHUB });
    onTestFinished(async () => {
      await other.close();
    });
    const elsewhere: Behaviour = async (call, real) => {
      void real;
      const token = other.token({
        email: undefined,
        sub: 'repo:o/r:ref:refs/heads/main',
        job_workflow_ref: WORKFLOW,
      });
      const { body } = withToken(call, token);
      const reply = await fetch(`${other.url}${call.path}`, { method: 'POST', body });
      return { status: reply.status, body: Buffer.from(await reply.arrayBuffer()) };
    };
    const { error, relays } = await refusal({ behave: { ca: elsewhere } });
    expect([error?.code, error?.at]).toEqual(['SELF_CHECK_FAILED', relays.ca.url]);
    expect(error?.found).toContain('CERTIFICATE_INVALID');
    expect(error?.expected).toContain('under trusted_root.json');
    expect(relays.log.heard).toEqual([]);
  });

  it('and where no rule says whom it must name, it is shown', async () => {
    const token = sandbox.token({ email: undefined, sub: 'https://example.test/me' });
    const { sealed, shown } = await place({ token });
    await sealed();
    expect(shown).toMatchObject([{ subject: 'https://example.test/me', issuer: GITHUB }]);
  });
});

describe('what a witness says is verified, and the error names it', () => {
  const otherStamp: Behaviour = async (call, real) => {
    const artifactHash = createHash('sha256').update('other').digest('base64');
    return await real({
      ...call,
      body: JSON.stringify({ ...JSON.parse(call.body), artifactHash }),
    });
  };
  const otherTime: Behaviour = async (call, real) =>
    await changed(real(call), (json) => {
      const [uuid = ''] = Object.keys(json);
      const entry = json[uuid] as { integratedTime: number };
      return { [uuid]: { ...entry, integratedTime: entry.integratedTime - 60 } };
    });
  const otherIndex: Behaviour = async (call, real) =>
    await changed(real(call), (json) => ({ ...json, logIndex: '7' }));

  it.each<[string, 'log' | 'tsa', SigningConfigName, [lie: Behaviour, code: string]]>([
    [
      'a timestamp of something else',
      'tsa',
      'signing_config.json',
      [otherStamp, 'TIMESTAMP_INVALID'],
    ],
    [
      'a promise for another time',
      'log',
      'signing_config.v1.json',
      [otherTime, 'LOG_ENTRY_INVALID'],
    ],
    ['another index', 'log', 'signing_config.v2-tsa.json', [otherIndex, 'LOG_ENTRY_INVALID']],
  ])('%s (%s of %s)', async (_, part, config, [lie, code]) => {
    const { error, relays } = await refusal({ config, behave: { [part]: lie } });
    const name = { tsa: 'timestamp authority', log: 'transparency log' }[part];
    expect([error?.code, error?.at]).toMatchObject([
      'SELF_CHECK_FAILED',
      expect.stringContaining(relays[part].url),
    ]);
    expect(error?.found).toContain(`from the ${name}, ${code}`);
  });
});

/** Passes on, and loses the first answers. */
function losing(count: number, then: Behaviour = honest): Behaviour {
  let lost = 0;
  return async (call, real) => {
    const answer = await then(call, real);
    lost += 1;
    return lost <= count ? { status: 503, body: '' } : answer;
  };
}

describe('an answer of Rekor v1 that was lost', () => {
  const withoutLocation: Behaviour = async (call, real) => {
    const { headers: _, ...answer } = await real(call);
    return answer;
  };
  const config = 'signing_config.v1.json';

  it.each([
    ['is fetched from where the log says that it is', honest, /^GET .*\/[0-9a-f]{80}$/],
    ['is looked for if the log does not say where', withoutLocation, /^POST .*\/retrieve$/],
  ])('%s', async (_, then, last) => {
    const { sealed, relays } = await place({ config, behave: { log: losing(1, then) } });
    expect(Buffer.from((await sealed()).proof.payload)).toEqual(STATEMENT);
    expect(relays.log.heard).toHaveLength(3);
    expect(relays.log.heard.at(-1)).toMatch(last);
    // The certificate was kept.
    expect(relays.ca.heard).toHaveLength(1);
  });

  it.each(['GET', 'POST'])('must be of our signature (%s)', async (method) => {
    const { relays: earlier, sealed: sign } = await place({ config });
    await sign();
    expect(earlier.log.heard).toHaveLength(1);
    let other: Answer | undefined;
    const lie: Behaviour = async (call, real) => {
      const answer = await real(call);
      if (call.path.endsWith('entries') && answer.status === 201) other ??= answer;
      const isSearch = call.method === 'GET' || call.path.endsWith('retrieve');
      if (isSearch) return { status: 200, body: String(other?.body) };
      return answer.status === 409 && method === 'POST' ? { ...answer, headers: {} } : answer;
    };
    // Somebody else's entry, from before.
    await (await place({ config, behave: { log: lie } })).sealed();
    const { error, relays } = await refusal({ config, behave: { log: losing(1, lie) } });
    expect([error?.code, error?.at]).toEqual(['SELF_CHECK_FAILED', relays.log.url]);
    expect(error?.found).toContain('from the transparency log, 1 entry of another signature');
  });

  it('that is nowhere is an error that names the log', async () => {
    const none: Behaviour = async (call, real) =>
      call.path.endsWith('retrieve')
        ? { status: 200, body: '[]' }
        : await withoutLocation(call, real);
    const { error } = await refusal({ config, behave: { log: losing(1, none) } });
    expect(error?.code).toBe('SELF_CHECK_FAILED');
    expect(error?.found).toContain('0 entries of another signature');
  });
});

describe('an answer of Rekor v2 that was lost', () => {
  const config = 'signing_config.v2-tsa.json';
  /** The sandbox would log twice; the real one says 409. */
  function onlyOnce(): Behaviour {
    const known = new Set<string>();
    return async (call, real) => {
      if (known.has(call.body)) return { status: 409, body: '{"message":"already exists"}' };
      known.add(call.body);
      return await real(call);
    };
  }

  it('is replaced: it is signed again with a new key, and stamped again', async () => {
    const { sealed, relays } = await place({ config, behave: { log: losing(1, onlyOnce()) } });
    expect(Buffer.from((await sealed()).proof.payload)).toEqual(STATEMENT);
    expect([relays.ca, relays.tsa, relays.log].map(({ heard }) => heard.length)).toEqual([2, 2, 3]);
  });

  it('is given up after three signatures', async () => {
    const always: Behaviour = async () =>
      await Promise.resolve({ status: 409, body: '{"message":"already exists"}' });
    const { error, relays } = await refusal({ config, behave: { log: always } });
    expect([error?.code, error?.at]).toMatchObject([
      'SERVICE_FAILED',
      expect.stringContaining(relays.log.url),
    ]);
    expect(error?.found).toContain('409');
    expect(relays.ca.heard).toHaveLength(3);
  });
});

describe('one service that fails for a moment', () => {
  it.each<Part>(['tsa', 'log'])('does not cost the certificate: %s', async (part) => {
    const { sealed, relays } = await place({ behave: { [part]: losing(2) } });
    await sealed();
    expect(relays.ca.heard).toHaveLength(1);
    expect(relays[part].heard.length).toBeGreaterThan(2);
  });
});

describe('a token that has to be fetched', () => {
  it('is fetched when it is signed, and not before', async () => {
    let asked = 0;
    const token = async (): Promise<string> => {
      asked += 1;
      return await Promise.resolve(tokenOf({}));
    };
    const { sealed } = await place({ token });
    expect(asked).toBe(0);
    await sealed();
    expect(asked).toBe(1);
  });
});
