import { describe, expect, it } from 'vitest';

import { BY_TEMPLATE, UNSIGNED, VERIFIED } from './example-reports.ts';
import { renderVerificationMarkdown } from './render.ts';
import { renderVerificationTerminal } from './render.ts';

const { file, entry } = BY_TEMPLATE.policy;

function lineOf(report: typeof VERIFIED): string | undefined {
  const text = renderVerificationTerminal(report, { colour: false, width: 200 });
  return text
    .split('\n')
    .find((line) => line.startsWith('policy '))
    ?.slice('policy '.length)
    .trim();
}

describe('the line of the policy', () => {
  it.each([
    [
      'an entry with a tier',
      BY_TEMPLATE,
      'partner, labelled the evidence workflow, by policy.json#/signers/1, digest b7b7b7b7b7b7…',
    ],
    [
      'an entry without a tier',
      { ...BY_TEMPLATE, policy: { file, entry: { ...entry, tier: undefined } } },
      'labelled the evidence workflow, by policy.json#/signers/1, digest b7b7b7b7b7b7…',
    ],
    [
      'a signer whom nothing allows',
      { ...BY_TEMPLATE, policy: { file, entry: undefined } },
      'policy.json does not allow this signature, digest b7b7b7b7b7b7…',
    ],
    [
      'a signature that was not verified, and so not judged',
      {
        ...BY_TEMPLATE,
        signature: { state: 'not-verified' as const },
        policy: { file, entry: undefined },
      },
      'policy.json, digest b7b7b7b7b7b7…',
    ],
    [
      'a clock',
      { ...BY_TEMPLATE, now: new Date('2026-12-01T00:00:00Z') },
      'partner, labelled the evidence workflow, by policy.json#/signers/1, digest b7b7b7b7b7b7…, its clock at 2026-12-01T00:00:00Z',
    ],
    ['no policy file: flags', { ...VERIFIED, policy: { file: undefined, entry } }, undefined],
    ['no policy', VERIFIED, undefined],
    ['nobody who signed', { ...UNSIGNED, policy: { file, entry: undefined } }, undefined],
  ])('of %s', (_, report, expected) => {
    expect(lineOf(report)).toBe(expected);
  });

  it('has the whole digest, template, label and recipes below, and what the certificate says', () => {
    const policy = { file, entry: { ...entry, recipes: ['a', 'b'] } };
    const text = renderVerificationMarkdown({ ...BY_TEMPLATE, policy }, { repeat: ['x'] });
    const [, folded = ''] = text.split('<summary>Signature, files and claims</summary>');
    for (const part of [
      file.digest,
      entry.template.text,
      entry.label,
      'for `a`, `b` alone',
      'certificate: buildTrigger `push`',
    ]) {
      expect(folded.replaceAll('\\', '')).toContain(part);
    }
  });
});
