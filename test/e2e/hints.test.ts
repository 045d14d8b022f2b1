// What a report says to do next is true for whoever reads it: the receiver, and the signer too.
import { describe, expect, it } from 'vitest';

import { MADE_AGAIN, AS_SIGNED } from '../../src/place.ts';
import { ATTESTATION, MANIFEST, STATEMENT, fileIn, makeEvidence, withFile } from './evidence.ts';
import type { Files } from './evidence.ts';

const evidence = await makeEvidence();
const { files } = evidence;
const SNAPSHOT = fileIn(files, 'snapshot.yaml');

async function hintsOf(
  changed: Files,
): Promise<readonly (readonly [code: string, hint: string])[]> {
  const { report } = await evidence.judge(changed);
  return report.checks.flatMap(({ faults }) =>
    faults.map(({ code, hint }) => [code, hint] as const),
  );
}

describe('the next step', () => {
  it.each<[string, Files]>([
    ['FILE_DIFFERS', withFile(files, 'logs/performance/nothing.log', 'x')],
    ['FILE_MISSING', withFile(files, 'logs/performance/nothing.log')],
    [
      'MANIFEST_DIFFERS',
      withFile(files, MANIFEST, Buffer.concat([fileIn(files, MANIFEST), Buffer.from('\n')])),
    ],
    [
      'STATEMENT_DIFFERS',
      withFile(files, STATEMENT, Buffer.concat([fileIn(files, STATEMENT), Buffer.from('\n')])),
    ],
    ['FILE_EXTRA', withFile(files, 'logs/deployment/more.log', 'x')],
  ])('after %s is the bundle as it was signed, wherever it is', async (code, changed) => {
    const [first, ...more] = await hintsOf(changed);
    expect(more).toEqual([]);
    expect(first?.[0]).toBe(code);
    expect(first?.[1]).toContain(AS_SIGNED);
  });

  it('without a signature is to have one, or to do without', async () => {
    const hints = new Set((await hintsOf(withFile(files, ATTESTATION))).map(([, hint]) => hint));
    expect([...hints]).toEqual([
      'have the evidence signed, or judge the files alone with --allow-unsigned',
    ]);
  });

  it.each<[string, Record<string, string | Buffer>, string, string]>([
    ['a snapshot as recipe', { 'recipe.yaml': SNAPSHOT }, 'KIND_UNEXPECTED', '--snapshot'],
    [
      'YAML that cannot be read',
      { 'recipe.yaml': 'a: &b\n' },
      'DOCUMENT_UNSUPPORTED',
      'write the value out',
    ],
    [
      'a field that is missing',
      { 'snapshot.yaml': 'kind: Snapshot\napiVersion: aicr.run/v1\n' },
      'FIELD_MISSING',
      'add the field',
    ],
    [
      'another bill of materials',
      { 'bom.cdx.json': '{"bomFormat":"SPDX"}' },
      'KIND_UNEXPECTED',
      'give a bill of materials in CycloneDX JSON',
    ],
    [
      'a wrong summary',
      {
        'ctrf/deployment.json': fileIn(files, 'ctrf/deployment.json')
          .toString()
          .replace('"passed": 4', '"passed": 5'),
      },
      'RESULTS_SUMMARY_DIFFERS',
      'as the validators wrote it',
    ],
  ])('with %s that is signed is to make the evidence again', async (_, edits, code, hint) => {
    const all = await hintsOf(await evidence.rebuild({ files: edits }));
    const [, said] = all.find(([name]) => name === code) ?? [];
    expect(said).toMatch(new RegExp(`^${MADE_AGAIN}`));
    expect(said).toContain(hint);
  });
});
