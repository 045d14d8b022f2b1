// Services that lie, or lose their answers. Each test starts from a signature that succeeds, and changes one thing.
import { X509Certificate, createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { seal, type Sealed } from '../../../src/attestation/seal.ts';
import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { ATTESTATION } from '../../../src/evidence/layout.ts';
import { startSandbox, type Sandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { keylessSigner, type KeylessSigning } from '../../../src/io/sigstore/keyless-signer.ts';
import type { SigningConfigName } from '../../../src/sandbox/trust-material.ts';
import { parseSigningConfig } from '../../../src/sign/signing-config.ts';
import type { SigningState } from '../../../src/sign/signing-state.ts';
import type { Identity, SigstoreTrust } from '../../../src/trust/trust.ts';
import { sigstoreTrust } from '../../../src/trust/verify/sigstore-trust.ts';
import { rejection } from '../../document/refusal.ts';
import { startRelay, type Answer, type Behaviour, type Call, type Relay } from './relay.ts';

const MINUTE = 60_000;
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
  readonly journal?: KeylessSigning['journal'];
}

const honest: Behaviour = async (call, real) => await real(call);

/** All services behind relays, of which some behave otherwise. */
async function place({
  config = 'signing_config.json',
  behave = {},
  token,
  journal,
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
    journal,
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
    expect(error?.hint).toContain('nothing signed was written, and no log was asked for an entry');
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

const stampOfSomethingElse: Behaviour = async (call, real) => {
  const artifactHash = createHash('sha256').update('other').digest('base64');
  return await real({
    ...call,
    body: JSON.stringify({ ...JSON.parse(call.body), artifactHash }),
  });
};

describe('a timestamp is verified before anything is logged', () => {
  /** A genuine one, by the authority of another Sigstore. */
  const byAnother: Behaviour = async ({ path, headers, body }) => {
    const other = await startSandbox();
    const type = { 'content-type': headers['content-type'] ?? '', accept: headers.accept ?? '' };
    const reply = await fetch(`${other.url}${path}`, { method: 'POST', headers: type, body });
    const answer = { status: reply.status, body: Buffer.from(await reply.arrayBuffer()) };
    await other.close();
    return answer;
  };
  let first: Answer | undefined;
  const ofAnotherSignature: Behaviour = async (call, real) => (first ??= await real(call));
  const withAnotherSignature: Behaviour = async (call, real) => {
    const { body, ...rest } = await real(call);
    const bytes = Buffer.from(body);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    return { ...rest, body: bytes };
  };

  it.each<[string, Behaviour, string]>([
    ['of something else', stampOfSomethingElse, 'TIMESTAMP_INVALID: a timestamp of something else'],
    [
      'of another signature',
      ofAnotherSignature,
      'TIMESTAMP_INVALID: a timestamp of something else',
    ],
    ['by another authority', byAnother, 'TIMESTAMP_INVALID: a timestamp of an authority that is'],
    [
      'with one byte changed',
      withAnotherSignature,
      'TIMESTAMP_INVALID: a signature of other bytes',
    ],
  ])('and one %s is refused; nothing is logged', async (name, lie, found) => {
    if (name === 'of another signature') await (await place({ behave: { tsa: lie } })).sealed();
    const { error, relays } = await refusal({ behave: { tsa: lie } });
    expect(error?.code).toBe('SELF_CHECK_FAILED');
    expect(error?.at).toContain(relays.tsa.url);
    expect(error?.found).toContain(`from the timestamp authority, ${found}`);
    expect(error?.hint).toContain('nothing signed was written, and no log was asked for an entry');
    expect(relays.log.heard).toEqual([]);
  });

  it.each([
    ['after the certificate ended', 60 * MINUTE, 'CERTIFICATE_INVALID: '],
    ['before the certificate began', -60 * MINUTE, 'CERTIFICATE_INVALID: '],
    ['while it is valid, but not now', 8 * MINUTE, 'a timestamp of '],
  ])('and one %s is refused; nothing is logged', async (_, ahead, found) => {
    onTestFinished(() => void vi.useRealTimers());
    const wrongTime: Behaviour = async (call, real) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ahead });
      const answer = await real(call);
      vi.useRealTimers();
      return answer;
    };
    const { error, relays } = await refusal({ behave: { tsa: wrongTime } });
    expect(error?.code).toBe('SELF_CHECK_FAILED');
    expect(error?.at).toContain(relays.tsa.url);
    expect(error?.found).toContain(`from the timestamp authority, ${found}`);
    expect(relays.log.heard).toEqual([]);
  });
});

describe('a log entry is verified, and the error names the log', () => {
  const otherTime: Behaviour = async (call, real) =>
    await changed(real(call), (json) => {
      const [uuid = ''] = Object.keys(json);
      const entry = json[uuid] as { integratedTime: number };
      return { [uuid]: { ...entry, integratedTime: entry.integratedTime - 60 } };
    });
  const otherIndex: Behaviour = async (call, real) =>
    await changed(real(call), (json) => ({ ...json, logIndex: '7' }));
  const firsts = new Map<string, Answer>();
  const ofSomethingElse: Behaviour = async (call, real) => {
    const known = firsts.get(call.path) ?? (await real(call));
    firsts.set(call.path, known);
    return known;
  };

  it.each<[string, SigningConfigName, Behaviour]>([
    ['a promise for another time', 'signing_config.v1.json', otherTime],
    ['another index', 'signing_config.v2-tsa.json', otherIndex],
    ['an entry of something else', 'signing_config.v1.json', ofSomethingElse],
    ['an entry of something else', 'signing_config.v1-tsa.json', ofSomethingElse],
    ['an entry of something else', 'signing_config.v2-tsa.json', ofSomethingElse],
  ])('%s (%s)', async (name, config, lie) => {
    if (name.endsWith('something else') && firsts.size === 0) {
      await (await place({ config: 'signing_config.v1.json', behave: { log: lie } })).sealed();
    }
    if (config === 'signing_config.v2-tsa.json' && name.endsWith('something else')) {
      await (await place({ config, behave: { log: lie } })).sealed();
    }
    const { error, relays } = await refusal({ config, behave: { log: lie } });
    expect(error?.code).toBe('SELF_CHECK_FAILED');
    expect(error?.at).toContain(relays.log.url);
    expect(error?.found).toContain('from the transparency log, LOG_ENTRY_INVALID');
    expect(error?.hint).toContain(
      `nothing signed was written, but an entry of it may be in ${error?.at}`,
    );
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
    expect(error?.found).toBe(
      'status 409 from the transparency log for each of 3 signatures, as if it had them all: "already exists"',
    );
    expect(error?.hint).toContain('it may keep an entry of each signature');
    expect(relays.ca.heard).toHaveLength(3);
  });
});

describe('what an interrupted signing left is verified like an answer', () => {
  const SERVICES = { ca: 'signingCert', tsa: 'timestamp', log: 'entries' } as const;

  /** What a signing leaves if it is interrupted at its end, by the kinds of services. */
  async function left(config?: SigningConfigName): Promise<SigningState> {
    let last: SigningState | undefined;
    const keep = (state: SigningState): void => {
      const { envelope, timestamps, entries } = state;
      last = { envelope, timestamps: new Map(timestamps), entries: new Map(entries) };
    };
    await (
      await place({ ...(config && { config }), journal: { found: undefined, keep } })
    ).sealed();
    if (last === undefined) throw new Error('nothing was kept');
    return last;
  }

  /** The same answers, as if the services were at these addresses. */
  function movedTo<T>(answers: ReadonlyMap<string, T>, url: string): ReadonlyMap<string, T> {
    return new Map(
      [...answers].map(([from, answer]) => [from.replace(/^http:\/\/[^/]+/, url), answer]),
    );
  }

  async function goesOn(
    state: SigningState,
    config: SigningConfigName = 'signing_config.json',
  ): Promise<readonly string[]> {
    const found = { ...state, timestamps: new Map<string, string>(), entries: new Map() };
    const keep = (): void => undefined;
    const there = await place({ config, journal: { found, keep } });
    for (const [url, stamp] of movedTo(state.timestamps, there.relays.tsa.url)) {
      found.timestamps.set(url, stamp);
    }
    for (const [url, entry] of movedTo(state.entries, there.relays.log.url)) {
      found.entries.set(url, entry);
    }
    const { proof } = await there.sealed();
    expect(Buffer.from(proof.payload)).toEqual(STATEMENT);
    const { ca, tsa, log } = there.relays;
    return [...ca.heard, ...tsa.heard, ...log.heard].map((call) =>
      call.replace(/^.*\/([a-zA-Z]+)(?:\/[0-9a-f]+)?$/, '$1'),
    );
  }

  it('and what is right is not asked for again', async () => {
    expect(await goesOn(await left())).toEqual([]);
  });

  it.each(['timestamps', 'entries'] as const)(
    'and %s of another signature are asked for again',
    async (field) => {
      const [ours, others] = [await left(), await left()];
      const asked = await goesOn({ ...ours, [field]: others[field] });
      const again = { timestamps: [SERVICES.tsa], entries: [SERVICES.log, SERVICES.log] }[field];
      expect(asked).toEqual(again);
    },
  );

  it('and a timestamp that is none is asked for again', async () => {
    const { timestamps, ...state } = await left();
    const broken = new Map([...timestamps.keys()].map((url) => [url, 'nonsense']));
    expect(await goesOn({ ...state, timestamps: broken })).toEqual([SERVICES.tsa]);
  });

  it.each([
    ['has', 'but an entry of it may be in http://'],
    [
      'may have',
      'no log was asked for an entry, unless the signing that was begun before asked one',
    ],
  ])('and what is said of a lie is true if a log %s an entry', async (has, hint) => {
    const state = await left();
    const entries = has === 'has' ? state.entries : new Map<string, never>();
    const found = { ...state, timestamps: new Map<string, string>(), entries };
    const journal = { found, keep: () => undefined };
    const { error } = await refusal({ behave: { tsa: stampOfSomethingElse }, journal });
    expect(error?.code).toBe('SELF_CHECK_FAILED');
    expect(error?.hint).toContain(hint);
  });

  it('shows no text of it as the address of a log', async () => {
    const [state, other] = [await left(), await left()];
    const [entry] = other.entries.values();
    if (entry === undefined) throw new Error('no entry');
    const found = { ...state, timestamps: new Map(), entries: new Map([['any text', entry]]) };
    const journal = { found, keep: () => undefined };
    const { error } = await refusal({ behave: { tsa: stampOfSomethingElse }, journal });
    expect(error?.code).toBe('SELF_CHECK_FAILED');
    expect(error?.hint).not.toContain('any text');
    expect(error?.hint).toContain('no log was asked for an entry, unless');
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
