// A second kind goes through the one line, and nothing of the line is written again for it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeArchive } from '../../src/archive/encode-archive.ts';
import { memoryFile, type Entry } from '../../src/archive/entry.ts';
import { gunzip } from '../../src/archive/gzip.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { seal } from '../../src/attestation/seal.ts';
import { verify, type VerifyOptions } from '../../src/attestation/verify.ts';
import type { BundlePath } from '../../src/bundle-path.ts';
import { digestOf } from '../../src/digest.ts';
import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { keylessSigner } from '../../src/io/sigstore/keyless-signer.ts';
import { parseSigningConfig } from '../../src/sign/signing-config.ts';
import { encodeStatement } from '../../src/statement/statement.ts';
import type { SigstoreTrust } from '../../src/trust/trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { AUDITED_TYPE, INSIDE, OUTSIDE, PACKED_TYPE, PARCEL } from './second-kind.ts';

const PARTS = { 'PART 1': 'one', 'PART 2': 'two' };
const TOOL = { name: 'parcels', version: '1.0.0' };
const PACKER = 'packer@sandbox.invalid';

let sandbox: Sandbox;
let trust: SigstoreTrust;
let parcel: Parcel;

interface Parcel {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly outside: ReadonlyMap<string, Uint8Array>;
}

beforeAll(async () => {
  sandbox = await startSandbox();
  trust = sigstoreTrust(Buffer.from(JSON.stringify(sandbox.trustedRoot)), 'sandbox root');
  parcel = {
    files: { ...PARTS, [INSIDE]: await sign(INSIDE, PACKED_TYPE) },
    outside: new Map([[OUTSIDE, await sign(OUTSIDE, AUDITED_TYPE)]]),
  };
});

afterAll(async () => {
  await sandbox.close();
});

/** Signs that the parts are what they are. */
async function sign(file: string, predicateType: string, email = PACKER): Promise<Uint8Array> {
  const config = Buffer.from(JSON.stringify(sandbox.signingConfigs['signing_config.json']));
  const signer = keylessSigner({
    signingConfig: parseSigningConfig(config, 'config'),
    token: sandbox.token({ email }),
    now: new Date(),
    trust,
  });
  const statement = encodeStatement({
    subjects: Object.entries(PARTS).map(([name, text]) => ({ name, digest: digestOf(text) })),
    predicateType,
    predicate: {},
  });
  const attestation = { name: file, maxBytes: 50_000 };
  return (await seal(statement, { signer, trust }, { statement: file, attestation }))
    .sigstoreBundle;
}

/** Packed and unpacked, as the archive of any kind is. */
async function* entriesOf(files: Parcel['files']): AsyncGenerator<Entry, void> {
  const packed = Object.entries(files).map(([path, content]) => {
    if (!isArchivePath(path)) throw new Error(`not a path: ${path}`);
    return memoryFile(path, Buffer.from(content));
  });
  // Other rules for who packs: a careless one must be refused by who verifies.
  const layout = { ...PARCEL.layout, isPath: isArchivePath, maxEntries: 100 };
  yield* readTar(gunzip(encodeArchive(packed, { mtime: 0, layout })));
}

function isArchivePath(text: string): text is BundlePath {
  return text !== '';
}

async function judge(change: Partial<Parcel> = {}, options: Partial<VerifyOptions> = {}) {
  const { files, outside } = { ...parcel, ...change };
  const policy = { signers: [{ subject: PACKER, issuer: sandbox.issuer }] };
  const standard = { trust, policy, allowUnsigned: false, tool: TOOL };
  const entries = entriesOf(files);
  const verification = await verify(PARCEL, entries, { ...standard, ...options }, outside);
  const open = verification.checks.filter(({ outcome }) => outcome !== 'passed');
  return {
    ...verification,
    faults: open.flatMap(({ name, outcome, faults }) =>
      faults.length === 0 ? [`${name} ${outcome}`] : faults.map((fault) => saying(name, fault)),
    ),
  };
}

function saying(name: string, { code, at }: { code: ErrorCode; at: string | undefined }): string {
  return `${name} ${code} ${at ?? ''}`.trimEnd();
}

function without(name: string): Parcel['files'] {
  return Object.fromEntries(Object.entries(parcel.files).filter(([path]) => path !== name));
}

describe('a second kind', () => {
  it('is verified by the line that verifies recipe evidence', async () => {
    const { verdict, checks, faults, parts, signature, weakened } = await judge();
    expect([verdict, faults, weakened]).toEqual(['verified', [], []]);
    expect(checks.map(({ name }) => name)).toEqual(PARCEL.checks);
    expect(parts).toEqual(
      Object.entries(PARTS).map(([name, text]) => `${name} ${digestOf(text).slice(7)}`),
    );
    expect(signature).toMatchObject({ proof: { signer: { subject: PACKER } } });
  });

  it('has one signer for all its attestations', async () => {
    const other = await sign(OUTSIDE, AUDITED_TYPE, 'auditor@sandbox.invalid');
    const { verdict, faults } = await judge({ outside: new Map([[OUTSIDE, other]]) });
    expect([verdict, faults]).toEqual([
      'invalid',
      [`auditor-is-packer SIGNER_NOT_ALLOWED ${OUTSIDE}`],
    ]);
  });

  it('is undecided if nobody said who signs, even if one signed all', async () => {
    const { verdict, faults } = await judge({}, { policy: undefined });
    expect([verdict, faults]).toEqual([
      'undecided',
      [`packer-is-allowed SIGNER_NOT_PINNED ${INSIDE}`],
    ]);
  });

  const unsignedOutside = [
    `auditor-signed UNSIGNED ${OUTSIDE}`,
    `auditor-is-packer UNSIGNED ${OUTSIDE}`,
    `auditor-statement UNSIGNED ${OUTSIDE}`,
    'parts-are-subjects not-reached',
  ];

  it('is undecided if the attestation from outside is missing', async () => {
    const { verdict, faults, parts } = await judge({ outside: new Map() });
    expect([verdict, faults, parts]).toEqual(['undecided', unsignedOutside, []]);
  });

  it('is not let off the second signature because the first is there', async () => {
    const { verdict, weakened } = await judge({ outside: new Map() }, { allowUnsigned: true });
    expect([verdict, weakened]).toEqual(['undecided', []]);
  });

  it('without any signature has no statement, which allowUnsigned does not make up for', async () => {
    const change = { files: without(INSIDE), outside: new Map<string, Uint8Array>() };
    const { verdict, signature } = await judge(change, { allowUnsigned: true });
    expect([verdict, signature]).toEqual(['undecided', { state: 'absent' }]);
  });

  it('is not verified by one attestation in both places', async () => {
    const inside = Buffer.from(parcel.files[INSIDE] ?? '');
    const { verdict, faults } = await judge({ outside: new Map([[OUTSIDE, inside]]) });
    expect([verdict, faults]).toEqual([
      'invalid',
      [
        `auditor-statement PREDICATE_TYPE_UNKNOWN ${OUTSIDE}#/predicateType`,
        'parts-are-subjects not-reached',
      ],
    ]);
  });

  it('names the file from outside when it is damaged, or larger than its own limit', async () => {
    const bytes = Buffer.from(parcel.outside.get(OUTSIDE) ?? []);
    const damaged = await judge({ outside: new Map([[OUTSIDE, bytes.subarray(1)]]) });
    expect(damaged.faults[0]).toBe(`auditor-signed SIGSTORE_BUNDLE_INVALID ${OUTSIDE}`);
    const large = Buffer.concat([bytes, Buffer.alloc(50_001, ' ')]);
    const refused = await judge({ outside: new Map([[OUTSIDE, large]]) });
    expect(refused.faults[0]).toBe(`auditor-signed LIMIT_EXCEEDED ${OUTSIDE}`);
    expect([damaged.verdict, refused.verdict]).toEqual(['invalid', 'invalid']);
  });

  it('is invalid with another part than was signed', async () => {
    const { verdict, faults } = await judge({ files: { ...parcel.files, 'PART 2': 'TWO' } });
    expect(verdict).toBe('invalid');
    expect(faults).toEqual(['parts-are-subjects FILE_DIFFERS', 'parts-are-subjects FILE_DIFFERS']);
  });

  it('is told of an attestation that it does not ask for: nobody would verify it', async () => {
    const outside = new Map([...parcel.outside, ['other.sigstore.json', Buffer.from('{}')]]);
    await expect(judge({ outside })).rejects.toThrow('no attestation other.sigstore.json');
  });

  it('leaves the second signer unjudged if nobody knows the first', async () => {
    const damaged = { ...parcel.files, [INSIDE]: '{}' };
    const { verdict, faults } = await judge({ files: damaged });
    expect([verdict, faults]).toEqual([
      'invalid',
      [
        `packer-signed SIGSTORE_BUNDLE_INVALID ${INSIDE}#/mediaType`,
        'packer-is-allowed not-reached',
        'packer-statement not-reached',
        'auditor-is-packer not-reached',
        'parts-are-subjects not-reached',
      ],
    ]);
  });

  it.each([
    ['recipe.yaml', 'ARCHIVE_UNSAFE', 'words in capital letters'],
    ['PART 3', 'LIMIT_EXCEEDED', '3 or less, directories included'],
    ['PART 1/X', 'ARCHIVE_UNSAFE', 'words in capital letters'],
  ])('has paths and limits of its own: %s is refused', async (path, code, expected) => {
    const files = path === 'PART 3' ? parcel.files : without('PART 1');
    const { verdict, checks } = await judge({ files: { ...files, [path]: 'x' } });
    const [first] = checks;
    expect([verdict, first?.name]).toEqual(['invalid', 'parcel-is-safe']);
    expect(first?.faults[0]).toMatchObject({ code, expected });
  });
});

describe('a careless kind', () => {
  async function judgeBy(
    change: Partial<typeof PARCEL>,
    files = parcel.files,
    options: Partial<VerifyOptions> = {},
  ) {
    const policy = { signers: [{ subject: PACKER, issuer: sandbox.issuer }] };
    const standard = { trust, policy, allowUnsigned: false, tool: TOOL };
    const kind = { ...PARCEL, ...change };
    return await verify(kind, entriesOf(files), { ...standard, ...options }, parcel.outside);
  }

  it('that makes no check of its own verifies nothing', async () => {
    const { verdict } = await judgeBy({
      recompute: () => ({ found: { parts: [] }, findings: [] }),
    });
    expect(verdict).toBe('undecided');
  });

  it('cannot leave a check out of its list: that is a bug, and no verdict', async () => {
    const [first] = PARCEL.checks;
    await expect(judgeBy({ checks: [first] })).rejects.toThrow('is no check of this kind');
  });

  it('cannot make a check twice, the second time with another result', async () => {
    const passed = { found: 'x', expected: 'x', faults: [] };
    const twice = judgeBy({
      recompute: (log, received) => {
        log.note('parts-are-subjects', () => passed);
        return PARCEL.recompute(log, received);
      },
    });
    await expect(twice).rejects.toThrow('was made twice');
  });

  it('cannot let unsigned statements off', async () => {
    const files = without(INSIDE);
    const standard = { policy: undefined, trust, allowUnsigned: true, tool: TOOL };
    const kind = { ...PARCEL, signatureChecks: ['packer-statement', 'auditor-statement'] as const };
    const { verdict } = await verify(kind, entriesOf(files), standard);
    expect(verdict).toBe('undecided');
  });

  it.each(['../UP', '/ABS', 'A//B', 'A/./B', 'A\\B', 'A\u202EB', 'CAFE\u0301', 'A\u0000'])(
    'cannot admit the path %j',
    async (path) => {
      const entries = (async function* () {
        yield { path, type: 'file', size: 0, content: (async function* () {})() };
      })();
      const layout = { ...PARCEL.layout, isPath: isArchivePath };
      const { checks } = await verify({ ...PARCEL, layout }, entries, {
        ...{ trust, policy: undefined, allowUnsigned: false, tool: TOOL },
      });
      expect(checks[0]?.faults[0]?.code).toBe('ARCHIVE_UNSAFE');
    },
  );

  it('needs a subject: a statement about nothing is none', async () => {
    const config = Buffer.from(JSON.stringify(sandbox.signingConfigs['signing_config.json']));
    const signingConfig = parseSigningConfig(config, 'config');
    const token = sandbox.token({ email: PACKER });
    const signer = keylessSigner({ signingConfig, token, now: new Date(), trust });
    const empty = encodeStatement({ subjects: [], predicateType: PACKED_TYPE, predicate: {} });
    const files = { [INSIDE]: await signer.sign(empty) };
    const { verdict, checks } = await judgeBy({}, files);
    const statement = checks.find(({ name }) => name === 'packer-statement');
    expect([verdict, statement?.faults[0]]).toMatchObject([
      'invalid',
      { code: 'STATEMENT_INVALID', found: '0 subjects', expected: 'at least one' },
    ]);
  });
});
