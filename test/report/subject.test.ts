// One signer has one name in all that shows it.
import { describe, expect, it } from 'vitest';

import { rowOf } from '../../src/batch/row.ts';
import { reportBlocks } from '../../src/report/blocks/report-blocks.ts';
import { verifiedSide } from '../../src/report/diff-json.ts';
import { verificationJson } from '../../src/report/json.ts';
import type { SignerJson, VerificationJson } from '../../src/report/report-json.ts';
import { VERIFIED } from './example-reports.ts';

const IDENTITY = 'ci@example.com';
const DIGEST = `sha256:${'a7'.repeat(32)}`;

const SIGNERS: readonly (readonly [string, SignerJson])[] = [
  [
    `${IDENTITY} (issuer https://one.example)`,
    { identity: IDENTITY, issuer: 'https://one.example' },
  ],
  [
    `${IDENTITY} (issuer https://two.example)`,
    { identity: IDENTITY, issuer: 'https://two.example' },
  ],
  [`key ${DIGEST}`, { publicKey: DIGEST }],
];

/** What stands in the line of the signer. */
function lineOf(report: VerificationJson): string {
  const lines = reportBlocks(report).flatMap((block) =>
    block.block === 'lines' ? block.items : [],
  );
  const text = lines.find(({ label }) => label === 'signer')?.text ?? [];
  return text
    .map((part) => (typeof part === 'string' ? part : 'value' in part ? part.value : ''))
    .join('');
}

describe('the name of a signer', () => {
  it.each(SIGNERS)('is %s in the row, the line and the difference', (name, signer) => {
    const report = { ...verificationJson(VERIFIED, { source: 'green' }), signer };
    expect(rowOf(report, 'a').signer).toBe(name);
    expect(lineOf(report)).toContain(`${name}, signed at `);
    expect(verifiedSide('green', report).json.signer).toBe(name);
  });
});
