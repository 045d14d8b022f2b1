// Whole log entries and timestamps taken out of a signature: what is left still verifies, is what the
// report lists, and is too little for a policy that demands more.
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { scratch } from '../io/scratch.ts';
import { runProgram } from '../run-here.ts';
import { IDENTITY, ISSUER, edited, type BundleJson } from '../trust/forge.ts';
import { fileIn, withFile, type Files, type ReportJson } from './evidence.ts';
import { Kit, encodeBundle, packed } from './vectors/kit.ts';

const ATTESTATION = 'attestation.intoto.jsonl';
const LOGS = ['https://log.example.test', 'https://log.example.test/v2'];

const kit = new Kit();
// Both logs of the forge have one address; those of a real Sigstore have two.
for (const [index, log] of kit.forge.root.tlogs.entries()) log.baseUrl = LOGS[index] ?? '';

let files: Files;
beforeAll(async () => {
  files = await kit.honest({}, { rekor: 'both' });
});

type Minimum = Readonly<Record<'minimumLogs' | 'minimumTimestamps', number>>;

interface Verified {
  readonly code: number | null;
  readonly faults: readonly string[];
  /** What the report says about the proofs. */
  readonly logs: readonly string[];
  readonly times: readonly string[];
}

/** Verifies evidence by two logs with a timestamp, after one change, as the program does. */
async function verify(
  change: (bundle: BundleJson) => unknown,
  minimum: Partial<Minimum> = {},
  flags: readonly string[] = [],
): Promise<Verified> {
  const bundle = JSON.parse(fileIn(files, ATTESTATION).toString()) as BundleJson;
  const attestation = encodeBundle(edited(bundle, (copy) => void change(copy)));
  const folder = scratch({
    'evidence.tar.gz': await packed(withFile(files, ATTESTATION, attestation)),
    'root.json': JSON.stringify(kit.forge.root),
    'policy.json': JSON.stringify({
      schemaVersion: '1.1.0',
      signers: [{ identity: IDENTITY, issuer: ISSUER }],
      ...minimum,
    }),
  });
  const at = (name: string): string => join(folder, name);
  const trust = ['--trusted-root', at('root.json'), '--policy', at('policy.json'), ...flags];
  const words = ['verify-evidence', at('evidence.tar.gz'), ...trust, '--format', 'json'];
  const { code, stdout } = await runProgram(words);
  const { checks, signature } = JSON.parse(stdout) as ReportJson & { readonly signature: Proofs };
  return {
    code,
    faults: checks.flatMap(({ faults }) => faults.map((fault) => `${fault.code} ${fault.at}`)),
    logs: (signature.logEntries ?? []).map(({ log }) => log),
    times: (signature.times ?? []).map(({ source }) => source),
  };
}

interface Proofs {
  readonly logEntries?: readonly { readonly log: string }[];
  readonly times?: readonly { readonly source: string }[];
}

const TOO_FEW = `PROOFS_TOO_FEW ${ATTESTATION}`;
const PROMISED = 'transparency log';
const STAMPED = 'timestamp authority';

describe.each([{ judge: 'both' }, { judge: 'own' }])(
  'E-32 less proof (judge $judge)',
  ({ judge }) => {
    const flags = ['--judge', judge];

    it('is not less if nothing is missing, in any order', async () => {
      const minimum = { minimumLogs: 2, minimumTimestamps: 1 };
      const whole = { code: 0, faults: [], logs: LOGS, times: [PROMISED, STAMPED] };
      expect(await verify(() => undefined, minimum, flags)).toEqual(whole);
      const turned = await verify(
        ({ verificationMaterial }) => {
          verificationMaterial.tlogEntries = verificationMaterial.tlogEntries.toReversed();
        },
        minimum,
        flags,
      );
      expect(turned).toEqual({ ...whole, logs: LOGS.toReversed() });
    });

    it.each<[string, (bundle: BundleJson) => unknown, Partial<Verified>, Partial<Minimum>]>([
      [
        'the timestamp',
        ({ verificationMaterial }) => delete verificationMaterial.timestampVerificationData,
        // An entry of Rekor v2 has no time, but the promise of Rekor v1 proves one.
        { logs: LOGS, times: [PROMISED] },
        { minimumTimestamps: 1 },
      ],
      [
        'the entry of Rekor v2',
        ({ verificationMaterial }) => verificationMaterial.tlogEntries.pop(),
        { logs: LOGS.slice(0, 1), times: [PROMISED, STAMPED] },
        { minimumLogs: 2 },
      ],
      [
        'the entry of Rekor v1',
        ({ verificationMaterial }) => verificationMaterial.tlogEntries.shift(),
        { logs: LOGS.slice(1), times: [STAMPED] },
        { minimumLogs: 2 },
      ],
    ])(
      'without %s verifies, is listed, and is too little for a policy',
      async (_, change, left, minimum) => {
        expect(await verify(change, {}, flags)).toEqual({ code: 0, faults: [], ...left });
        expect(await verify(change, minimum, flags)).toEqual({
          code: 2,
          faults: [TOO_FEW],
          ...left,
        });
      },
    );

    it('without any time, or any entry, is refused without a policy', async () => {
      const material = `${ATTESTATION}#/verificationMaterial`;
      const timeless = await verify(
        ({ verificationMaterial }) => {
          verificationMaterial.tlogEntries.shift();
          delete verificationMaterial.timestampVerificationData;
        },
        {},
        flags,
      );
      expect(timeless).toMatchObject({
        code: 2,
        faults: [`TIMESTAMP_INVALID ${material}/timestampVerificationData`],
      });
      const unlogged = await verify(
        ({ verificationMaterial }) => (verificationMaterial.tlogEntries = []),
        {},
        flags,
      );
      expect(unlogged).toMatchObject({
        code: 2,
        faults: [`LOG_ENTRY_INVALID ${material}/tlogEntries`],
      });
    });
  },
);
