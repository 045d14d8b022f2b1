// What a dishonest signer can put into a bundle many times, and no honest one would.
import { digestOf } from '../../src/digest.ts';
import type { Contents } from '../evidence/demo.ts';
import { bundleKinds, listOf, many, mapOf, type Kinds } from './work.ts';

type Change = (count: number, honest: Contents) => Readonly<Record<string, string>>;

interface Statement {
  readonly predicate: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

const STATEMENT = 'statement.intoto.json';
const MANIFEST = 'manifest.json';
const BOM = 'bom.cdx.json';

function jsonOf(honest: Contents, path: string): Readonly<Record<string, unknown>> {
  return JSON.parse(String(honest.get(path))) as Readonly<Record<string, unknown>>;
}

/** The statement with fields of its predicate changed. */
function claiming(fields: (count: number) => Readonly<Record<string, unknown>>): Change {
  return (count, honest) => {
    const statement = jsonOf(honest, STATEMENT) as unknown as Statement;
    const predicate = { ...statement.predicate, ...fields(count) };
    return { [STATEMENT]: JSON.stringify({ ...statement, predicate }) };
  };
}

function listing(components: (count: number) => readonly unknown[], more: object = {}): Change {
  return (count, honest) => ({
    [BOM]: JSON.stringify({ ...jsonOf(honest, BOM), components: components(count), ...more }),
  });
}

const container = (name: string, version: string) => ({ type: 'container', name, version });
const application = (name: string, version: string) => ({ type: 'application', name, version });

function nested(depth: number, width: number): readonly object[] {
  return listOf(width, (index) => ({
    ...application(`a${index}`, '1'),
    components: depth === 0 ? [] : nested(depth - 1, 1),
  }));
}

const affidavit = (more: object) => ({
  affidavit: {
    schemaVersion: '1.0.0',
    tool: { name: 'a', version: 'b' },
    constraints: [],
    phases: {},
    ...more,
  },
});

export const CLAIM_KINDS: Kinds = bundleKinds({
  'components of one name in the bill of materials': listing((count) =>
    listOf(count, (i) => application('gpu-operator', `v${i}`)),
  ),
  'images of one name in the bill of materials': listing((count) =>
    listOf(count, (i) => container('r/driver', `v${i}`)),
  ),
  'images of one base name in the bill of materials': listing((count) =>
    listOf(count, (i) => container(`r${i}/driver`, 'v1')),
  ),
  'components inside components': listing((count) => nested(20, count / 10)),
  'properties of a component': listing((count) => [
    { ...container('a', 'b'), properties: listOf(count, () => ({ name: 'x', value: 'y' })) },
  ]),
  'fields of a component': listing((count) => [
    { ...container('a', 'b'), ...mapOf(count, () => 1) },
  ]),
  'fields of the fingerprint': claiming((count) => ({
    fingerprint: mapOf(count, () => ({ value: 'a' })),
  })),
  'rows of the match': claiming((count) => ({
    criteriaMatch: {
      matched: true,
      perDimension: listOf(count, () => ({ dimension: 'os', match: 'matched' })),
    },
  })),
  'claimed constraints': claiming((count) =>
    affidavit({ constraints: listOf(count, () => ({ name: 'a', expected: 'b' })) }),
  ),
  'claimed phases': claiming((count) => ({ phases: mapOf(count, () => ({ passed: 1 })) })),
  'claimed missing checks': claiming((count) =>
    affidavit({ phases: { deployment: { missing: listOf(count, () => 'a') } } }),
  ),
  'leaves under a long key': claiming((count) =>
    affidavit({ phases: { deployment: { ['k'.repeat(count)]: listOf(count, () => 1) } } }),
  ),
  'validator images': claiming((count) => ({
    validatorImages: listOf(count, () => ({ image: 'a' })),
  })),
  'fields of the predicate': claiming((count) => mapOf(count, () => 1)),
  'keys of a map that differ in their case': claiming((count) => ({
    bom: Object.fromEntries(listOf(count, (i) => [caseOf('aaaaaaaaaaaaaa', i), 1])),
  })),
  subjects: (count, honest) => {
    const statement = jsonOf(honest, STATEMENT);
    const subject = listOf(count, () => ({ name: 'a', digest: { sha256: 'b' } }));
    return { [STATEMENT]: JSON.stringify({ ...statement, subject }) };
  },
  'digests of a subject': (count, honest) => {
    const statement = jsonOf(honest, STATEMENT);
    const digest = { sha256: 'b', ...mapOf(count, () => 'c') };
    return { [STATEMENT]: JSON.stringify({ ...statement, subject: [{ name: 'a', digest }] }) };
  },
  'files that the manifest lists and that are not there': (count, honest) =>
    bound(count, honest, (i) => ({
      path: `logs/deployment/${i}.log`,
      size: 1,
      sha256: `sha256:${'0'.repeat(64)}`,
    })),
  'fields of a file of the manifest': (count, honest) =>
    bound(1, honest, () => ({
      path: 'logs/deployment/a.log',
      size: 1,
      sha256: `sha256:${'0'.repeat(64)}`,
      ...mapOf(count, () => 1),
    })),
  'files that the manifest does not list': (count) =>
    Object.fromEntries(listOf(count, (i) => [`logs/deployment/${i}.log`, 'a'])),
  'reports of no phase': (count) =>
    Object.fromEntries(listOf(count, (i) => [`ctrf/p${i}.json`, '{}'])),
  'characters before an error': (count) => ({ 'snapshot.yaml': `${many(count, () => 'a\n')}\t` }),
});

/** The manifest with more files, and the statement that names it. */
function bound(
  count: number,
  honest: Contents,
  file: (index: number) => object,
): Readonly<Record<string, string>> {
  const manifest = jsonOf(honest, MANIFEST);
  const files = [...(manifest['files'] as readonly object[]), ...listOf(count, file)];
  const text = JSON.stringify({ ...manifest, files });
  const claim = { digest: digestOf(text), fileCount: files.length };
  return { [MANIFEST]: text, ...claiming(() => ({ manifest: claim }))(count, honest) };
}

/** The word with the letters in upper case that the bits of the number name. */
function caseOf(word: string, number: number): string {
  const letters = [...word].map((letter, bit) =>
    Math.floor(number / 2 ** bit) % 2 === 1 ? letter.toUpperCase() : letter,
  );
  return letters.join('');
}
