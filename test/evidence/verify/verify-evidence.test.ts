// How far the line of evidence comes, and what the report holds then. Whole bundles with real signatures
// are tested in test/e2e.
import { describe, expect, it } from 'vitest';

import { memoryFile, type Entry } from '../../../src/archive/entry.ts';
import { verdictOf } from '../../../src/attestation/verdict.ts';
import type { VerifyOptions } from '../../../src/attestation/verify.ts';
import { CHECK_NAMES, type CheckName } from '../../../src/evidence/verify/checks.ts';
import { verifyEvidence } from '../../../src/evidence/verify/verify-evidence.ts';
import { AFFIDAVIT } from '../../../src/tool.ts';
import { SIGNER, fakeBundle, fakeSigner, fakeTrust } from '../../attestation/fake-trust.ts';
import { NOW, bundlePath, changed, contentsOf, packDemo, type Contents } from '../demo.ts';

const ATTESTATION = 'attestation.intoto.jsonl';
const SIGNED = await contentsOf(
  (await packDemo(undefined, { signing: { signer: fakeSigner(), trust: fakeTrust() } })).files,
);
const SIGNATURE_CHECKS = ['signature-is-valid', 'signer-is-allowed', 'signed-after-run'];

async function* entriesOf(contents: Contents): AsyncGenerator<Entry, void> {
  for (const [path, bytes] of contents) {
    const file = memoryFile(bundlePath(path), bytes);
    yield { path, type: 'file', size: file.size, content: file.open() };
  }
}

async function judge(contents: Contents = SIGNED, options: Partial<VerifyOptions> = {}) {
  const policy = { signers: [SIGNER] };
  const report = await verifyEvidence(entriesOf(contents), {
    ...{ trust: fakeTrust(), policy },
    ...options,
  });
  const named = (outcome: string): readonly CheckName[] =>
    report.checks.filter((check) => check.outcome === outcome).map(({ name }) => name);
  const keys = ['manifestDigest', 'claimed'].filter((key) => Object.hasOwn(report, key));
  return { ...report, keys, named, isJudged: Object.keys(report.facts).length > 0 };
}

describe('evidence', () => {
  it('is verified by every check, in order', async () => {
    const { verdict, exitCode, tool, named, keys, isJudged, claimed, checks } = await judge();
    expect([verdict, exitCode]).toEqual(['verified', 0]);
    expect(tool).toBe(AFFIDAVIT);
    expect(checks.map(({ name }) => name)).toEqual(CHECK_NAMES);
    expect(named('passed')).toEqual(CHECK_NAMES);
    expect([keys, isJudged]).toEqual([['manifestDigest', 'claimed'], true]);
    expect(claimed).toEqual({
      attestedAt: '2026-06-10T01:20:00Z',
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      aicrVersion: 'v1.0.0',
      validatorCatalogVersion: '',
      validatorImages: 0,
      redaction: undefined,
    });
  });

  it('is not verified if any one of its checks was skipped or not reached', async () => {
    const { checks } = await judge();
    for (const { name } of checks) {
      for (const outcome of ['skipped', 'not-reached'] as const) {
        const others = checks.map((check) => (check.name === name ? { ...check, outcome } : check));
        expect([name, outcome, verdictOf(others, new Set())]).toEqual([name, outcome, 'undecided']);
      }
    }
  });

  it('whose signature does not verify is not even read', async () => {
    const { verdict, named, keys, isJudged, signature } = await judge(
      changed(SIGNED, { [ATTESTATION]: 'no bundle' }),
    );
    expect([verdict, named('failed')]).toEqual(['invalid', ['signature-is-valid']]);
    expect(named('passed')).toEqual(['archive-is-safe']);
    expect([keys, isJudged, signature]).toEqual([[], false, { state: 'not-verified' }]);
  });

  it('whose statement is of something else has no claim', async () => {
    const bytes = Buffer.from('{}');
    const { verdict, named, keys, isJudged } = await judge(
      changed(SIGNED, { [ATTESTATION]: fakeBundle(bytes), 'statement.intoto.json': bytes }),
    );
    expect([verdict, named('failed')]).toEqual(['invalid', ['statement-is-evidence']]);
    expect([keys, isJudged]).toEqual([[], false]);
    expect(named('not-reached')).toEqual(CHECK_NAMES.slice(4));
  });

  it('whose manifest is another has claims, and no facts', async () => {
    const { verdict, named, keys, isJudged } = await judge(
      changed(SIGNED, { 'manifest.json': '{}' }),
    );
    expect([verdict, named('failed')]).toEqual(['invalid', ['manifest-matches-statement']]);
    expect([keys, isJudged]).toEqual([['claimed'], false]);
    expect(named('not-reached')).toEqual(CHECK_NAMES.slice(6));
  });

  it('is judged to its end though its signer is another, or signed too early', async () => {
    const statement = SIGNED.get('statement.intoto.json') ?? Buffer.alloc(0);
    const signer = { ...SIGNER, issuer: 'https://other.example.com' };
    const signedAt = new Date(NOW.getTime() - 3_600_000);
    const attestation = fakeBundle(statement, { signer, signedAt });
    const { verdict, named, isJudged } = await judge(
      changed(SIGNED, { [ATTESTATION]: attestation }),
    );
    expect([verdict, isJudged]).toEqual(['invalid', true]);
    expect(named('failed')).toEqual([
      ...['signer-is-allowed', 'signed-after-run', 'run-is-coherent'],
    ]);
    expect(named('not-reached')).toEqual([]);
  });

  it('is undecided if nobody is pinned or nobody signed, and only the second can be given up', async () => {
    const unpinned = await judge(SIGNED, { policy: undefined });
    expect([unpinned.verdict, unpinned.exitCode]).toEqual(['undecided', 4]);
    expect(unpinned.named('skipped')).toEqual(['signer-is-allowed']);
    const allowUnsigned = true;
    const still = await judge(SIGNED, { policy: undefined, allowUnsigned });
    expect([still.verdict, still.weakened]).toEqual(['undecided', []]);
    const unsigned = changed(SIGNED, { [ATTESTATION]: undefined });
    const open = await judge(unsigned);
    expect([open.verdict, open.named('skipped')]).toEqual(['undecided', SIGNATURE_CHECKS]);
    const allowed = await judge(unsigned, { allowUnsigned });
    expect([allowed.verdict, allowed.weakened]).toEqual(['verified', ['--allow-unsigned']]);
  });

  it('that is unsigned is not let off anything else', async () => {
    const changes = { [ATTESTATION]: undefined, 'snapshot.yaml': undefined };
    const { verdict, exitCode } = await judge(changed(SIGNED, changes), { allowUnsigned: true });
    expect([verdict, exitCode]).toEqual(['invalid', 2]);
  });
});
