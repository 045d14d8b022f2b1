import { describe, expect, it } from 'vitest';

import { runProgram } from '../run-here.ts';
import {
  ATTESTATION,
  DEMO_INPUTS,
  MANIFEST,
  SIGNED_AT,
  SIGNER,
  STATEMENT,
  checkOf,
  edited,
  failureOf,
  fileIn,
  makeEvidence,
  pinOf,
  valueAt,
  withFile,
} from './evidence.ts';

// What the sandbox takes for the time at its next requests; afterwards always the same.
const schedule: Date[] = [];
const evidence = await makeEvidence({ now: () => schedule.shift() ?? SIGNED_AT });
const { files } = evidence;
const unsigned = withFile(files, ATTESTATION);
const bundle = await evidence.pack();
const failed = await evidence.emit({
  recipe: Buffer.from(DEMO_INPUTS.recipe.toString().replace('>= 1.32.4', '>= 1.99')),
});

function flagsOf(policy: unknown): readonly string[] {
  return [...evidence.root, '--policy', policyFile(policy)];
}

function policyFile(policy: unknown): string {
  return evidence.write(typeof policy === 'string' ? policy : JSON.stringify(policy), '.json');
}

const SIGNATURE_CHECKS = ['signature-is-valid', 'signer-is-allowed', 'signed-after-run'];
const NOT_SIGNED = SIGNATURE_CHECKS.map(() => `UNSIGNED ${ATTESTATION}`);

it('takes the bundle that all tests here change, in process and from the program', async () => {
  for (const judged of [await evidence.judge(files), await evidence.verify(bundle)]) {
    expect([judged.code, judged.faults]).toEqual([0, []]);
    expect(judged.report.signer).toEqual(SIGNER);
    expect([judged.report.pinned, judged.report.sandbox]).toEqual([true, true]);
  }
});

describe('E-23 evidence without a signature', () => {
  it('needs a decision: exit 4, and nothing else is wrong with it', async () => {
    const { code, report, faults } = await evidence.verify(await evidence.pack(unsigned), []);
    expect([code, report.verdict, faults]).toEqual([4, 'undecided', NOT_SIGNED]);
    expect(report.signer).toBeUndefined();
    const others = report.checks.filter(({ name }) => !SIGNATURE_CHECKS.includes(name));
    expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
  });

  it('is judged on with --allow-unsigned, which the report says', async () => {
    const path = await evidence.pack(unsigned);
    const { code, report } = await evidence.verify(path, ['--allow-unsigned']);
    expect([code, report.verdict, report.weakened]).toEqual([0, 'verified', ['--allow-unsigned']]);
    const skipped = report.checks.filter(({ outcome }) => outcome === 'skipped');
    expect(skipped.map(({ name }) => name)).toEqual(SIGNATURE_CHECKS);
    const { stdout } = await runProgram(['verify-evidence', path, '--allow-unsigned']);
    expect(stdout).toMatch(/UNSIGNED/);
    expect(stdout).toMatch(/--allow-unsigned/);
  });

  it('is exit 4 if it is red besides, and exit 1 with --allow-unsigned', async () => {
    const red = withFile(failed, ATTESTATION);
    const [held, allowed] = [
      await evidence.judge(red),
      await evidence.judge(red, { allowUnsigned: true }),
    ];
    const constraint = 'CONSTRAINT_FAILED recipe.yaml#/constraints/0';
    expect([held.code, held.faults]).toEqual([4, [...NOT_SIGNED, constraint]]);
    expect([allowed.code, allowed.report.verdict]).toEqual([1, 'failed']);
  });

  it('is exit 2 if it is changed besides, whatever is allowed', async () => {
    const changed = withFile(unsigned, 'logs/extra.log', 'x');
    for (const allowUnsigned of [false, true]) {
      expect((await evidence.judge(changed, { allowUnsigned })).code).toBe(2);
    }
  });

  it('is what a stripped bundle is: exit 4 though a signer is expected, never 0', async () => {
    const path = await evidence.pack(unsigned);
    const { code, faults } = await evidence.verify(path);
    expect([code, faults]).toEqual([4, NOT_SIGNED]);
  });

  it('is not what --allow-unsigned makes of a signature: that stays checked', async () => {
    const signed = await evidence.judge(files, { allowUnsigned: true });
    expect([signed.code, signed.report.weakened]).toEqual([0, []]);
    const notPinned = await evidence.judge(files, { allowUnsigned: true, policy: undefined });
    expect(notPinned.code).toBe(4);
    for (const content of ['', '{}', '\n']) {
      const broken = withFile(files, ATTESTATION, content);
      const { code, report } = await evidence.judge(broken, { allowUnsigned: true });
      expect([code, report.weakened]).toEqual([2, []]);
    }
  });

  it('is not made by an attestation of another name', async () => {
    const renamed = withFile(unsigned, 'attestation.jsonl', fileIn(files, ATTESTATION));
    const { code, faults } = await evidence.judge(renamed, { allowUnsigned: true });
    expect([code, faults.at(-1)]).toEqual([2, 'FILE_EXTRA attestation.jsonl']);
  });
});

describe('E-24 the signer', () => {
  const { identity, issuer } = SIGNER;
  const otherCase = identity.toUpperCase();
  const lookAlikes: readonly (readonly [string, string, string])[] = [
    ['another identity', 'mallory@sandbox.invalid', issuer],
    ['another issuer', identity, 'https://accounts.example.com'],
    ['a part of the identity', identity.slice(0, -1), issuer],
    ['its domain alone', '@sandbox.invalid', issuer],
    ['the identity with an end', `${identity}.evil.example`, issuer],
    ['the identity with a beginning', `x${identity}`, issuer],
    ['a trailing newline', `${identity}\n`, issuer],
    ['a trailing space', `${identity} `, issuer],
    ['another case', otherCase, issuer],
    ['a pattern', '.*', issuer],
    ['an anchored pattern', `^${identity}$`, issuer],
    ['the issuer with a slash', identity, `${issuer}/`],
    ['the issuer with a newline', identity, `${issuer}\n`],
    ['the issuer in capitals', identity, issuer.toUpperCase()],
    ['a part of the issuer', identity, issuer.slice(0, -1)],
    ['the two swapped', issuer, identity],
  ];

  it.each(lookAlikes)('must be an exact match: not %s', async (_, wanted, vouching) => {
    const policy = { signers: [{ subject: wanted, issuer: vouching }] };
    const { code, faults, report } = await evidence.judge(files, { policy });
    expect([code, faults]).toEqual([2, [`SIGNER_NOT_ALLOWED ${ATTESTATION}`]]);
    expect(report.signer).toEqual(SIGNER);
  });

  it.each([
    ['mallory@sandbox.invalid', 'an identity of the same domain'],
    [`${identity}.evil.example`, 'an identity that begins like it'],
    [`x${identity}`, 'an identity that ends like it'],
    [otherCase, 'the identity in capitals'],
  ])('is not %s, %s', async (email) => {
    const { code, faults, report } = await evidence.judge(
      await evidence.emit({ claims: { email } }),
    );
    expect([code, faults]).toEqual([2, [`SIGNER_NOT_ALLOWED ${ATTESTATION}`]]);
    expect(report.signer).toEqual({ identity: email, issuer });
  });

  it('is compared so by the program too', async () => {
    const wrong = [
      { identity: 'mallory@sandbox.invalid', issuer },
      { identity, issuer: 'https://accounts.example.com' },
      { identity: `${identity}\n`, issuer },
    ];
    for (const signer of wrong) {
      const flags = [...evidence.root, ...pinOf(signer)];
      const { code, faults } = await evidence.verify(bundle, flags);
      expect([code, faults]).toEqual([2, [`SIGNER_NOT_ALLOWED ${ATTESTATION}`]]);
    }
  });

  it('is shown though nobody expects one: exit 4, not pinned, with the flags to add', async () => {
    const judged = await evidence.verify(bundle, evidence.root);
    expect([judged.code, judged.report.verdict, judged.faults]).toEqual([
      4,
      'undecided',
      [`SIGNER_NOT_PINNED ${ATTESTATION}`],
    ]);
    expect([judged.report.signer, judged.report.pinned]).toEqual([SIGNER, false]);
    expect(checkOf(judged, 'signer-is-allowed').hint).toContain(
      `--certificate-identity ${identity} --certificate-oidc-issuer ${issuer}`,
    );
    const { stdout } = await runProgram(['verify-evidence', bundle, ...evidence.root]);
    expect(stdout).toContain('NOT PINNED');
    expect(stdout).toContain(identity);
  });

  it.each([
    [['--certificate-identity', identity], '--certificate-oidc-issuer'],
    [['--certificate-oidc-issuer', issuer], '--certificate-identity'],
    [
      ['--certificate-identity', identity, '--certificate-oidc-issuer', ''],
      '--certificate-oidc-issuer',
    ],
    [['--certificate-identity', '', '--certificate-oidc-issuer', issuer], '--certificate-identity'],
  ])('given half is a usage error: %j', async (flags, at) => {
    const { code, error } = await failureOf([bundle, ...flags]);
    expect([code, error.code, error.at]).toEqual([64, 'IDENTITY_INCOMPLETE', at]);
  });
});

describe('E-24 a policy file', () => {
  const signers = [{ identity: 'someone@example.com', issuer: 'https://example.com' }, SIGNER];
  const good = { schemaVersion: '1.0.0', signers };
  it('allows whom it names', async () => {
    const { code, report } = await evidence.verify(bundle, flagsOf(good));
    expect([code, report.pinned]).toEqual([0, true]);
  });

  it('never joins the identity of one signer with the issuer of another', async () => {
    const crossed = [
      { identity: SIGNER.identity, issuer: 'https://example.com' },
      { identity: 'someone@example.com', issuer: SIGNER.issuer },
    ];
    const { code, faults } = await evidence.verify(
      bundle,
      flagsOf({ schemaVersion: '1.0.0', signers: crossed }),
    );
    expect([code, faults]).toEqual([2, [`SIGNER_NOT_ALLOWED ${ATTESTATION}`]]);
  });

  it.each([
    ['an unknown field', { ...good, signer: [] }, '/signer'],
    [
      'an unknown field of a signer',
      { ...good, signers: [{ ...SIGNER, regexp: true }] },
      '/signers/0/regexp',
    ],
    ['no signers', { ...good, signers: [] }, '/signers'],
    ['no list of signers', { schemaVersion: '1.0.0' }, '/signers'],
    ['a signer without issuer', { ...good, signers: [{ identity: 'x' }] }, '/signers/0/issuer'],
    [
      'an empty identity',
      { ...good, signers: [{ ...SIGNER, identity: '' }] },
      '/signers/0/identity',
    ],
    ['another version', { ...good, schemaVersion: '2.0.0' }, '/schemaVersion'],
    ['no version', { signers }, '/schemaVersion'],
    ['one key twice', '{"schemaVersion":"1.0.0","signers":[],"signers":[]}', '/signers'],
    ['no JSON', 'signers:', ''],
  ])('with %s cannot be used: exit 3, and the place is named', async (_, policy, place) => {
    const path = policyFile(policy);
    const { code, error } = await failureOf([bundle, '--policy', path]);
    expect([code, error.code]).toEqual([3, 'POLICY_INVALID']);
    expect(error.at).toBe(place === '' ? path : `${path}#${place}`);
  });

  it('that is not there is exit 3', async () => {
    const { code, error } = await failureOf([bundle, '--policy', evidence.path('.json')]);
    expect([code, error.code]).toEqual([3, 'FILE_UNREADABLE']);
  });

  it('cannot be used together with the two flags: exit 64', async () => {
    const { code, error } = await failureOf([bundle, ...flagsOf(good), ...pinOf(SIGNER)]);
    expect([code, error.code]).toEqual([64, 'USAGE']);
  });
});

describe('E-25 the time of the certificate', () => {
  const later = new Date(SIGNED_AT.getTime() + 11 * 60_000);
  const earlier = new Date(SIGNED_AT.getTime() - 11 * 60_000);
  const statement = fileIn(files, STATEMENT);

  it('may have run out since: what counts is when it was signed', async () => {
    const past = new Date('2026-06-11T12:00:00Z');
    const old = await makeEvidence({ now: () => past, attestedAt: past });
    const { code, report } = await old.verify(await old.pack());
    expect(code).toBe(0);
    expect(report['signature']).toMatchObject({ signedAt: '2026-06-11T12:00:00Z' });
  });

  // The clock of one signature: twice the token, then Fulcio, the timestamp authority and Rekor.
  it.each([
    ['both later', later, later],
    ['both earlier', earlier, earlier],
    ['the log entry later', later, SIGNED_AT],
    ['the timestamp later', SIGNED_AT, later],
    ['the log entry earlier', earlier, SIGNED_AT],
    ['the timestamp earlier', SIGNED_AT, earlier],
  ])('must cover every proof of time: %s', async (_, loggedAt, stampedAt) => {
    schedule.push(SIGNED_AT, SIGNED_AT, SIGNED_AT, stampedAt, loggedAt);
    const signed = withFile(files, ATTESTATION, await evidence.sign(statement));
    expect(schedule).toEqual([]);
    const { code, faults } = await evidence.judge(signed);
    expect(code).toBe(2);
    expect(faults).toEqual([
      expect.stringMatching(/^(?:CERTIFICATE|TIMESTAMP)_INVALID attestation.intoto.jsonl#/),
    ]);
  });
});

describe('E-29 a signature under another predicate', () => {
  it('is refused, though all but the type is the same', async () => {
    const { dsseEnvelope } = JSON.parse(fileIn(files, ATTESTATION).toString()) as {
      dsseEnvelope: { payload: string };
    };
    const signed = Buffer.from(dsseEnvelope.payload, 'base64').toString();
    const other = signed.replace('recipe-evidence/v3', 'recipe-evidence/v4');
    expect(other).not.toBe(signed);
    const attestation = edited(fileIn(files, ATTESTATION), {
      '/dsseEnvelope/payload': Buffer.from(other).toString('base64'),
    });
    const { code, faults } = await evidence.judge(withFile(files, ATTESTATION, attestation));
    const place = `${ATTESTATION}#/dsseEnvelope/signatures/0/sig`;
    expect([code, faults]).toEqual([2, [`SIGNATURE_INVALID ${place}`]]);
  });
});

describe('E2-2 a good signature over another document (CVE-2022-35929, CVE-2026-39395)', () => {
  const signed = async (statement: string): Promise<readonly string[]> => {
    const bytes = Buffer.from(statement);
    const attested = withFile(files, ATTESTATION, await evidence.sign(bytes));
    const { code, faults } = await evidence.judge(withFile(attested, STATEMENT, bytes));
    expect(code).toBe(2);
    return faults;
  };
  const good = fileIn(files, STATEMENT).toString();

  it.each<[string, string, string]>([
    [
      'another predicate type',
      good.replace('recipe-evidence/v3', 'other/v1'),
      'PREDICATE_TYPE_UNKNOWN',
    ],
    ['no predicate type', good.replace('"predicateType"', '"predicateKind"'), 'FIELD_MISSING'],
    ['half a document', good.slice(0, -20), 'DOCUMENT_INVALID'],
    ['no document', 'verified', 'DOCUMENT_INVALID'],
    ['an empty document', '{}', 'FIELD_MISSING'],
  ])('E2-2 is refused: %s', async (_, statement, code) => {
    expect(statement).not.toBe(good);
    expect((await signed(statement))[0]).toContain(code);
  });
});

describe('E-26 a signature without its proofs', () => {
  const material = '/verificationMaterial';
  const stripped = async (
    from: typeof files,
    ...pointers: readonly string[]
  ): Promise<readonly [number | null, readonly string[]]> => {
    const edits = Object.fromEntries(pointers.map((pointer) => [material + pointer, undefined]));
    const attestation = edited(fileIn(from, ATTESTATION), edits);
    const { code, faults } = await evidence.judge(withFile(from, ATTESTATION, attestation));
    return [code, faults];
  };

  it('of the log is refused', async () => {
    const place = `LOG_ENTRY_INVALID ${ATTESTATION}#/verificationMaterial/tlogEntries`;
    expect(await stripped(files, '/tlogEntries/0')).toEqual([2, [place]]);
    const [code, faults] = await stripped(files, '/tlogEntries');
    expect(code).toBe(2);
    expect(faults[0]).toMatch(/tlogEntries$/);
  });

  it('of the time is refused: the promise of the log and the timestamp both gone', async () => {
    const entry = '/tlogEntries/0';
    const promise = `${entry}/inclusionPromise`;
    const stamps = '/timestampVerificationData';
    const [code, faults] = await stripped(files, promise, stamps);
    expect([code, faults]).toEqual([2, [`LOG_ENTRY_INVALID ${ATTESTATION}#${material}${entry}`]]);
    // An entry of Rekor v1 is not taken without its promise; its time is enough by itself.
    expect((await stripped(files, promise))[0]).toBe(2);
    expect(await stripped(files, stamps)).toEqual([0, []]);
  });

  it('of the time is refused in Rekor v2, where the log proves none', async () => {
    const { code, faults } = await (async () => {
      const v2 = await makeEvidence({ signingConfig: 'signing_config.v2-tsa.json' });
      expect((await v2.judge(v2.files)).code).toBe(0);
      const attestation = edited(fileIn(v2.files, ATTESTATION), {
        [`${material}/timestampVerificationData`]: undefined,
      });
      return await v2.judge(withFile(v2.files, ATTESTATION, attestation));
    })();
    expect([code, faults]).toEqual([
      2,
      [`TIMESTAMP_INVALID ${ATTESTATION}#${material}/timestampVerificationData`],
    ]);
  });

  it('of inclusion is refused', async () => {
    const [code, faults] = await stripped(files, '/tlogEntries/0/inclusionProof');
    expect([code, faults]).toEqual([2, [expect.stringMatching(/tlogEntries\/0\/inclusionProof$/)]]);
  });

  it('is exit 2 of the program', async () => {
    const attestation = edited(fileIn(files, ATTESTATION), {
      [`${material}/tlogEntries`]: [],
    });
    const path = await evidence.pack(withFile(files, ATTESTATION, attestation));
    const { code, faults } = await evidence.verify(path);
    expect([code, faults]).toEqual([
      2,
      [`LOG_ENTRY_INVALID ${ATTESTATION}#${material}/tlogEntries`],
    ]);
  });
});

describe('a signature of other bytes', () => {
  const logs = { 'logs/performance/other.log': Buffer.from('other') };

  it('is refused though the same signer made it, of another bundle', async () => {
    const other = await evidence.emit({ logs });
    expect((await evidence.judge(other)).code).toBe(0);
    const swapped = withFile(files, ATTESTATION, fileIn(other, ATTESTATION));
    const { code, faults, report } = await evidence.judge(swapped);
    expect([code, faults]).toEqual([2, [`STATEMENT_DIFFERS ${STATEMENT}`]]);
    expect(report.signer).toEqual(SIGNER);
    const both = withFile(swapped, STATEMENT, fileIn(other, STATEMENT));
    expect((await evidence.judge(both)).faults).toEqual([`MANIFEST_DIFFERS ${MANIFEST}`]);
    const all = withFile(both, MANIFEST, fileIn(other, MANIFEST));
    expect((await evidence.judge(all)).faults).toContain('FILE_MISSING logs/performance/other.log');
  });

  it('is refused by the statement beside it: the signed one counts', async () => {
    const statement = edited(fileIn(files, STATEMENT), { '/predicate/aicrVersion': 'v9' });
    const { code, faults } = await evidence.verify(
      await evidence.pack(withFile(files, STATEMENT, statement)),
    );
    expect([code, faults]).toEqual([2, [`STATEMENT_DIFFERS ${STATEMENT}`]]);
    const blank = Buffer.concat([fileIn(files, STATEMENT), Buffer.from('\n')]);
    expect((await evidence.judge(withFile(files, STATEMENT, blank))).faults).toEqual([
      `STATEMENT_DIFFERS ${STATEMENT}`,
    ]);
  });

  it('leaves no claim of the statement in the report', async () => {
    const signed = fileIn(files, ATTESTATION).toString();
    const { payload } = valueAt(Buffer.from(signed), '/dsseEnvelope') as { payload: string };
    const other = signed.replace(payload, Buffer.from('{}').toString('base64'));
    const { report } = await evidence.verify(
      await evidence.pack(withFile(files, ATTESTATION, Buffer.from(other))),
    );
    expect(report.verdict).toBe('invalid');
    for (const name of ['claimed', 'recipe', 'fingerprint', 'criteriaMatch', 'phases', 'bom']) {
      expect(report).not.toHaveProperty(name);
    }
    const good = await evidence.verify(bundle);
    expect(good.report).toHaveProperty('claimed');
  });

  it('is refused if the payload was swapped and the statement with it', async () => {
    const statement = edited(fileIn(files, STATEMENT), { '/predicate/aicrVersion': 'v9' });
    const attestation = edited(fileIn(files, ATTESTATION), {
      '/dsseEnvelope/payload': statement.toString('base64'),
    });
    const changed = withFile(withFile(files, STATEMENT, statement), ATTESTATION, attestation);
    const { code, faults } = await evidence.judge(changed);
    const place = `${ATTESTATION}#/dsseEnvelope/signatures/0/sig`;
    expect([code, faults]).toEqual([2, [`SIGNATURE_INVALID ${place}`]]);
  });

  it('is refused with another payload type', async () => {
    const attestation = edited(fileIn(files, ATTESTATION), {
      '/dsseEnvelope/payloadType': 'application/json',
    });
    const { code, faults } = await evidence.judge(withFile(files, ATTESTATION, attestation));
    const place = `${ATTESTATION}#/dsseEnvelope/payloadType`;
    expect([code, faults]).toEqual([2, [`PAYLOAD_TYPE_UNEXPECTED ${place}`]]);
  });

  it('is refused with the signature of another statement by the same signer', async () => {
    const other = fileIn(await evidence.emit({ logs }), ATTESTATION);
    const edits = { '/dsseEnvelope/signatures': valueAt(other, '/dsseEnvelope/signatures') };
    const attestation = edited(fileIn(files, ATTESTATION), edits);
    const { code, faults } = await evidence.judge(withFile(files, ATTESTATION, attestation));
    const place = `${ATTESTATION}#/dsseEnvelope/signatures/0/sig`;
    expect([code, faults]).toEqual([2, [`SIGNATURE_INVALID ${place}`]]);
  });

  it('is refused of what is no statement about a recipe, however well it is signed', async () => {
    for (const [content, place] of [
      ['{}', `FIELD_MISSING ${STATEMENT}#/_type`],
      ['[]', `FIELD_INVALID ${STATEMENT}`],
      ['nothing', `DOCUMENT_INVALID ${STATEMENT}`],
      ['{"_type":"a","_type":"b"}', `DOCUMENT_DUPLICATE_KEY ${STATEMENT}#/_type`],
    ] as const) {
      const attestation = await evidence.sign(Buffer.from(content));
      const changed = withFile(withFile(files, STATEMENT, content), ATTESTATION, attestation);
      const { code, faults } = await evidence.judge(changed);
      expect([code, faults]).toEqual([2, [place]]);
    }
  });
});

describe('the trusted root', () => {
  it('of another sandbox does not take it: exit 2', async () => {
    const other = await makeEvidence();
    const { code, faults } = await evidence.verify(bundle, [...other.root, ...pinOf(SIGNER)]);
    expect(code).toBe(2);
    expect(faults).toEqual([expect.stringMatching(/_INVALID attestation.intoto.jsonl#/)]);
  });

  it('that is embedded does not take it either: exit 2, and asks for no other root', async () => {
    const judged = await evidence.verify(bundle, pinOf(SIGNER));
    expect([judged.code, judged.report.sandbox]).toEqual([2, false]);
    expect(judged.report['root']).toMatchObject({
      source: expect.stringMatching(/^embedded public-good root/),
    });
    const { found, hint } = checkOf(judged, 'signature-is-valid');
    expect(found).toMatch(/^the log [0-9a-f]{64}$/);
    expect(hint).toContain('the trusted root does not vouch for this');
    expect(hint).not.toContain('--trusted-root');
  });

  it.each([
    ['that is not there', undefined, 'FILE_UNREADABLE'],
    ['that is empty', '', 'TRUSTED_ROOT_INVALID'],
    ['that is no JSON', 'root', 'TRUSTED_ROOT_INVALID'],
    ['that is another document', '{"signers":[]}', 'TRUSTED_ROOT_INVALID'],
    ['that is too large', Buffer.alloc(2 ** 20 + 1, ' '), 'TRUSTED_ROOT_INVALID'],
  ])('%s is exit 3: nothing was judged', async (_, content, expected) => {
    const path = content === undefined ? evidence.path('.json') : evidence.write(content, '.json');
    const { code, error } = await failureOf([bundle, '--trusted-root', path, ...pinOf(SIGNER)]);
    expect([code, error.code]).toEqual([3, expected]);
    expect(error.at?.startsWith(path)).toBe(true);
  });

  it('of AFFIDAVIT_TRUSTED_ROOT is never read here', async () => {
    const env = { AFFIDAVIT_TRUSTED_ROOT: evidence.rootPath };
    expect((await evidence.verify(bundle, pinOf(SIGNER), { env })).code).toBe(2);
  });
});

describe('--offline', () => {
  // Tries to connect when the program is done, and says on stderr how that went.
  const probe = evidence.write(
    `import { connect } from 'node:net';
    process.on('exit', () => {
      try {
        connect(9, '127.0.0.1');
        process.stderr.write('probe: connecting');
      } catch (error) {
        process.stderr.write('probe: ' + error.code);
      }
    });`,
    '.mjs',
  );

  it('verifies all the same, and no socket can be opened', async () => {
    const env = { NODE_OPTIONS: `--import ${probe}` };
    const free = await evidence.verify(bundle, evidence.pin, { env });
    const offline = await evidence.verify(bundle, [...evidence.pin, '--offline'], { env });
    expect([free.code, offline.code]).toEqual([0, 0]);
    expect(free.stderr).toBe('probe: connecting');
    expect(offline.stderr).toBe('probe: NETWORK_BLOCKED');
    expect(offline.report).toEqual({
      ...free.report,
      repeat: [...(free.report['repeat'] as readonly string[]), '--offline'],
    });
  });
});
