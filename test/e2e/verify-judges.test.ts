// Who judges the signature, from the outside.
import { describe, expect, it } from 'vitest';

import { runProgram } from '../run-here.ts';
import { SIGNER, makeEvidence } from './evidence.ts';

const evidence = await makeEvidence();
const bundle = await evidence.pack();

describe('--judge own', () => {
  it('leaves the second judge out; the evidence is verified, and marked as weakened', async () => {
    const flags = [...evidence.pin, '--judge', 'own'];
    const { code, report } = await evidence.verify(bundle, flags);
    expect([code, report.verdict, report.weakened]).toEqual([0, 'verified', ['--judge own']]);
    expect(report['signature']).toMatchObject({
      oneJudge: 'the second judge was not asked',
    });
    const words = ['verify-evidence', bundle, ...flags, '--format', 'markdown'];
    const { stdout } = await runProgram(words);
    expect(stdout).not.toContain('✅');
    expect(stdout).toContain('**WEAKENED.**');
    expect(stdout).toContain('--judge own');
  });

  it('is not the default, which both names too', async () => {
    for (const flags of [[], ['--judge', 'both']]) {
      const { code, report } = await evidence.verify(bundle, [...evidence.pin, ...flags]);
      expect([code, report.weakened]).toEqual([0, []]);
      expect(report['signature']).not.toHaveProperty('oneJudge');
    }
  });

  it.each([
    ['a policy', { judge: 'own' }],
    ['a policy', { allowMissingSct: true }],
    ['a signer of a policy', { signers: [{ ...SIGNER, judge: 'own' }] }],
  ])('cannot be set in %s', async (_, more) => {
    const text = JSON.stringify({ schemaVersion: '1.1.0', signers: [SIGNER], ...more });
    const policy = evidence.write(text, '.json');
    const words = ['verify-evidence', bundle, ...evidence.root, '--policy', policy];
    const { code, stdout } = await runProgram([...words, '--format', 'json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'POLICY_INVALID' } });
  });

  it('is no flag of what makes a self-check', async () => {
    for (const command of [['validate'], ['evidence', 'sign']]) {
      const { code, stderr } = await runProgram([...command, '--judge', 'own']);
      expect(code).toBe(64);
      expect(stderr).toContain('--judge');
    }
  });
});

describe('--allow-missing-sct', () => {
  it('changes nothing for a certificate that a log promised to show', async () => {
    const flags = [...evidence.pin, '--allow-missing-sct'];
    const { code, report } = await evidence.verify(bundle, flags);
    expect([code, report.verdict, report.weakened]).toEqual([0, 'verified', []]);
  });

  it('needs a root of its own: the embedded one has certificate logs', async () => {
    const { code, stderr } = await runProgram(['verify-evidence', bundle, '--allow-missing-sct']);
    expect(code).toBe(64);
    expect(stderr).toContain('--trusted-root');
  });
});
