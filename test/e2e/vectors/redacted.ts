// Vectors of redacted evidence: by our policy and by AICR's, what it commits to, and what is beside it.
import { createHash } from 'node:crypto';

import { AICR_RECIPE, REDACTED, aicrBundle, type AicrBundle } from '../aicr-bundle.ts';
import { fileIn, withFile, type Edits, type Files } from '../evidence.ts';
import { INPUTS, edit, packedUnsigned, type Kit, type Make } from './kit.ts';

const SECRET = createHash('sha256').update('a secret of the vectors').digest();

/** By our policy, before it is signed. */
const minimal =
  (change: { readonly secret?: Uint8Array } = {}): Make =>
  async (kit) =>
    await packedUnsigned(await redacted(kit, change));

async function redacted(kit: Kit, change: { readonly secret?: Uint8Array } = {}): Promise<Files> {
  return await kit.honest({ redact: 'minimal', ...change });
}

/** The same, changed and made to fit by whoever packs it. */
const lied =
  (edits: Edits, change: { readonly secret?: Uint8Array } = {}): Make =>
  async (kit) =>
    await packedUnsigned(await kit.liar(edits, await redacted(kit, change)));

const stated = (place: string, value: unknown): Make =>
  lied({ statement: { [`/predicate/${place}`]: value } });

/** With the snapshot changed. */
const shown =
  (...changes: readonly (readonly [string, string])[]): Make =>
  async (kit) => {
    const files = await redacted(kit);
    const snapshot = edit(fileIn(files, 'snapshot.yaml').toString(), ...changes);
    return await packedUnsigned(await kit.liar({ files: { 'snapshot.yaml': snapshot } }, files));
  };

type Leaves = readonly string[];

/** With the leaves changed; the statement says as many as before. */
const leaves =
  (change: (leaves: Leaves) => Leaves, isFitting = true): Make =>
  async (kit) => {
    const files = await redacted(kit, { secret: SECRET });
    const path = 'redaction.json';
    const document = JSON.parse(fileIn(files, path).toString()) as { readonly leaves: Leaves };
    const text = JSON.stringify({ ...document, leaves: change(document.leaves) });
    const changed = isFitting
      ? await kit.liar({ files: { [path]: text } }, files)
      : withFile(files, path, text);
    return await packedUnsigned(changed);
  };

const firstLeaf =
  (change: (leaf: string) => string) =>
  ([first = '', ...more]: Leaves): Leaves => [change(first), ...more];
const otherDigit = firstLeaf((leaf) => `${leaf.slice(0, -1)}${leaf.endsWith('0') ? '1' : '0'}`);

const DATED = { '/predicate/attestedAt': INPUTS.attestedAt.toISOString().replace('.000', '') };

/** By AICR's policy, of version 4 if nothing else is said. */
const byAicr =
  (change: AicrBundle = {}): Make =>
  async (kit) => {
    const signer = { sign: async (payload: Buffer) => await Promise.resolve(kit.sign(payload)) };
    const { files = {}, copy } = structuredClone(REDACTED);
    const edits = { ...copy, ...DATED, ...change.copy };
    return await packedUnsigned(await aicrBundle(signer, { files, ...change, copy: edits }));
  };

const FILES = [{ path: 'components/gpu-operator/values.yaml', digest: `sha256:${'0'.repeat(64)}` }];

export const REDACTIONS: Readonly<Record<string, Make>> = {
  'good-redacted': minimal(),
  'redacted-kept-altered': stated('affidavit/redaction/kept/0', 'results.tests.message'),
  'redacted-withheld-altered': stated('affidavit/redaction/withheld/0/file', 'a.json'),
  'redacted-withheld-out-of-order': stated('affidavit/redaction/withheld/0/file', 'snapshot.yaml'),
  'redacted-withheld-counted-otherwise': stated('affidavit/redaction/withheld/0/count', 99),
  'redacted-applied-altered': stated('redaction/applied/0', 'bom.images.snapshot.all'),
  'redacted-version-altered': stated('redaction/version', 'affidavit-2'),
  'redacted-not-said': stated('redaction', undefined),
  'redacted-value-put-back': shown([
    '  - subtypes:\n      - data:\n          gpu-count',
    '  - subtypes:\n      - data:\n          uuid: GPU-1\n          gpu-count',
  ]),
  'redacted-name-of-a-node': shown(['n1', 'gpu-1']),
  'redacted-kept-value-missing': shown(['          VERSION_ID: "24.04"\n', '']),
  'redacted-log-in-the-bundle': lied({ files: { 'logs/performance/nccl.log': 'a line\n' } }),
  'redacted-logs-of-no-digest': stated('affidavit/logs/digest', 'sha256:00'),
  'redacted-logs-of-no-file': stated('affidavit/logs/fileCount', 0),
  'good-files-of-the-recipes': stated('affidavit/files', FILES),
  'files-of-the-recipes-outside': stated('affidavit/files', [{ ...FILES[0], path: '../v.yaml' }]),
  'files-of-the-recipes-twice': stated('affidavit/files', [...FILES, ...FILES]),
  'good-redacted-with-commitments': minimal({ secret: SECRET }),
  'redacted-leaf-altered': leaves(otherDigit, false),
  'redacted-leaf-of-another-value': leaves(otherDigit),
  'redacted-leaf-of-other-digits': leaves(firstLeaf((leaf) => `${leaf.slice(1)}g`)),
  'redacted-leaf-missing': leaves((all) => all.slice(1)),
  'redacted-leaves-not-sorted': leaves((all) => all.toReversed()),
  'redacted-leaves-not-said': lied(
    {
      statement: {
        '/predicate/affidavit/redaction/scheme': undefined,
        '/predicate/affidavit/redaction/leaves': undefined,
      },
    },
    { secret: SECRET },
  ),
  'good-aicr-redacted': byAicr(),
  'aicr-redacted-by-an-unknown-version': byAicr({
    copy: { '/predicate/redaction/version': 'v5' },
  }),
  'aicr-redacted-with-a-claimed-constraint': byAicr({
    recipe: edit(AICR_RECIPE, [
      'constraints:\n    - name: K8s.server.version\n',
      "constraints:\n    - name: OS.sysctl./proc/sys/kernel/osrelease\n      value: '>= 6.8'\n    - name: K8s.server.version\n",
    ]),
  }),
};
