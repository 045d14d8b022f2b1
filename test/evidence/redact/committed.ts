// The demo packed with commitments to what it withholds, and what a signer who lies makes of it.
import { createHash } from 'node:crypto';

import { memoryFile } from '../../../src/archive/entry.ts';
import { digestOf } from '../../../src/digest.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import { leafOf, saltOf } from '../../../src/evidence/redact/commitment.ts';
import { parseOpenings, type Openings } from '../../../src/evidence/redact/openings.ts';
import { encodeRevealed } from '../../../src/evidence/redact/revealed.ts';
import { verifyEvidenceFiles } from '../../../src/evidence/verify/verify-evidence.ts';
import { encodeManifest } from '../../../src/manifest/manifest.ts';
import { fakeTrust } from '../../attestation/fake-trust.ts';
import {
  bundlePath,
  changed,
  contentsOf,
  receivedOf,
  validateDemo,
  type Contents,
  type Demo,
} from '../demo.ts';

export const SECRET = createHash('sha256').update('a secret of the tests').digest();

export interface Committed {
  readonly contents: Contents;
  readonly openings: Openings;
}

export async function commitDemo(
  change: Partial<Demo> = {},
  secret: Uint8Array = SECRET,
): Promise<Committed> {
  const validation = validateDemo(change);
  const packed = await packEvidence({ validation, redact: 'minimal', secret });
  const openings = parseOpenings(packed.openings ?? Buffer.alloc(0), 'openings.json');
  return { contents: await contentsOf(packed.files), openings };
}

type Json = Record<string, unknown>;
type Row = { file: string; group: string; count: number };
export interface Predicate {
  readonly fingerprint: Record<string, Json>;
  readonly affidavit: Json & {
    readonly constraints: Json[];
    redaction: { scheme?: string; leaves?: number; kept: string[]; withheld: Row[] };
  };
}

export function predicateOf(contents: Contents): Predicate {
  return statementOf(contents).predicate as unknown as Predicate;
}

function statementOf(contents: Contents): { predicate: Json } {
  return JSON.parse(String(contents.get('statement.intoto.json'))) as { predicate: Json };
}

/** The bundle with files and statement changed, and everything that binds them made anew. */
export function remade(
  contents: Contents,
  files: Readonly<Record<string, string | undefined>>,
  edit: (predicate: Predicate) => void = () => undefined,
): Contents {
  const bound = { 'manifest.json': undefined, 'statement.intoto.json': undefined };
  const next = new Map(changed(contents, { ...files, ...bound }));
  const listed = [...next].map(([path, bytes]) => memoryFile(bundlePath(path), bytes));
  const manifest = encodeManifest(listed);
  const statement = statementOf(contents);
  statement.predicate['manifest'] = { digest: digestOf(manifest), fileCount: listed.length };
  edit(statement.predicate as unknown as Predicate);
  next.set('manifest.json', Buffer.from(manifest));
  next.set('statement.intoto.json', Buffer.from(JSON.stringify(statement)));
  return next;
}

/** The bill of materials has another version of an image. */
export function withOtherImage(contents: Contents): Contents {
  const text = String(contents.get('bom.cdx.json'));
  const bom = text.replaceAll('v1.11.4-eksbuild.24', 'v9.9.9');
  return remade(contents, { 'bom.cdx.json': bom }, (predicate) => {
    Object.assign((predicate as unknown as { bom: object }).bom, { digest: digestOf(bom) });
  });
}

interface Rules {
  readonly acceptClaimed?: boolean;
  readonly requireRecomputed?: boolean;
}

/** Of a bundle that nobody signed, as if its signer were named. */
export function judge(contents: Contents, revealed?: string | Uint8Array, rules: Rules = {}) {
  const report = verifyEvidenceFiles([...receivedOf(contents).values()], {
    trust: fakeTrust(),
    policy: undefined,
    allowUnsigned: true,
    ...(revealed === undefined
      ? {}
      : { revealed: { name: 'revealed.json', bytes: Buffer.from(revealed) } }),
    ...rules,
  });
  const faults = report.checks.flatMap(({ name, faults: found }) =>
    found.filter(({ code }) => code !== 'UNSIGNED').map(({ code, at }) => `${name}: ${code} ${at}`),
  );
  return { exitCode: report.exitCode, faults, report };
}

export interface RevealedJson {
  schemaVersion: string;
  scheme: string;
  redaction: string;
  values: { file: string; path: string; type: string; text: string; salt: string }[];
}

export function reveal(openings: Openings, ...words: readonly string[]): RevealedJson {
  return JSON.parse(String(encodeRevealed(openings, words))) as RevealedJson;
}

/** What a signer who lies commits to beside the truth, or instead of it. */
export function withLeaf(
  { contents, openings }: Committed,
  value: { file: string; path: string; type: 'string'; text: string },
  instead?: string,
): { readonly redaction: string; readonly revealed: RevealedJson } {
  const { leaves, ...rest } = JSON.parse(String(contents.get('redaction.json'))) as {
    leaves: string[];
  };
  const salt = saltOf(SECRET, digestOf('of a liar'), value.path);
  const all = [...leaves.filter((leaf) => leaf !== instead), leafOf(salt, value)].toSorted();
  const redaction = JSON.stringify({ ...rest, leaves: all });
  const { schemaVersion, scheme } = reveal(openings, 'snapshot.yaml');
  return {
    redaction,
    revealed: {
      ...{ schemaVersion, scheme, redaction: digestOf(redaction) },
      values: [{ ...value, salt: salt.toString('hex') }],
    },
  };
}
