import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { tar } from '../archive/tar-parts.ts';
import { DEMO, DOCUMENTS, INPUTS, Workplace } from './emit.ts';
import { failureOf, fileIn, makeEvidence } from './evidence.ts';

const JUNIT = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="0"/>\n';
const PAGE = '<!DOCTYPE html>\n<html lang="en"><title>Sign in</title></html>\n';
const UTF16 = Buffer.from('kind: RecipeResult\n', 'utf16le');
const ROOT =
  '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": []}';
const CONFIG =
  '{"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json", "caUrls": []}';
const POLICY = '{"schemaVersion": "1.0.0", "signers": [{"identity": "a", "issuer": "b"}]}';
const BUNDLE = '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}';
const CTRF = '{"reportFormat": "CTRF", "results": {}}';
const OVERLAY = 'kind: RecipeMetadata\napiVersion: aicr.run/v1beta1\nspec: {}\n';
const CHART = 'apiVersion: v2\nname: gpu-operator\ntype: application\nversion: 25.10.1\n';
const PACKED = gzipSync(tar({ name: 'gpu-operator/Chart.yaml', content: CHART }));
const NODES = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n';
const CONFIG_MAP =
  'apiVersion: v1\nkind: ConfigMap\ndata:\n  snapshot.yaml: |\n    kind: Snapshot\n';
const ZIP = Buffer.from('PK\u0003\u0004 and more');

const WANTED_BY: ReadonlyMap<string, string> = new Map([
  ['--recipe', 'a resolved recipe'],
  ['--snapshot', 'a snapshot'],
  ['--results', 'a CTRF report'],
]);

interface Case {
  readonly flag: string;
  readonly file: string;
  readonly content: string | Buffer;
  readonly code: string;
  readonly found: string;
  readonly hint: string;
}

/** Words of `validate` in which one flag leads to this file. */
function wordsWith(flag: string, file: string): readonly string[] {
  const at = INPUTS.indexOf(flag);
  const named = at === -1 ? [...INPUTS, flag, file] : INPUTS.with(at + 1, file);
  return ['--signing-config', '--trusted-root'].includes(flag)
    ? [...named, '--emit-evidence', 'out.tar.gz', '--identity-token', 'x']
    : named;
}

const evidence = await makeEvidence();
const archive = await evidence.pack();

describe('validate, given a file of another kind', () => {
  const cases: readonly Case[] = [
    {
      ...{ flag: '--recipe', file: 'a.yaml', content: OVERLAY, code: 'RECIPE_OVERLAY_UNSUPPORTED' },
      ...{ found: 'an overlay, a part of a recipe', hint: 'resolve it with `aicr recipe`' },
    },
    {
      ...{ flag: '--recipe', file: 'a.zip', content: ZIP, code: 'DOCUMENT_INVALID' },
      ...{ found: 'a zip file', hint: 'unzip a.zip -d unpacked`' },
    },
    {
      ...{ flag: '--recipe', file: 'a.yaml', content: UTF16, code: 'DOCUMENT_INVALID' },
      ...{
        found: 'text in UTF-16',
        hint: 'iconv -f UTF-16 -t UTF-8 a.yaml > unpacked/recipe.yaml',
      },
    },
    {
      ...{ flag: '--recipe', file: 'Chart.yaml', content: CHART, code: 'RECIPE_IS_CHART' },
      ...{ found: 'a Helm chart', hint: 'it is what a recipe deploys, and no recipe; name here' },
    },
    {
      ...{ flag: '--recipe', file: 'a.tgz', content: PACKED, code: 'DOCUMENT_INVALID' },
      ...{ found: 'a Helm chart, which is a .tgz file', hint: 'it is what a recipe deploys' },
    },
    {
      ...{ flag: '--snapshot', file: 'Chart.yaml', content: CHART, code: 'KIND_UNEXPECTED' },
      ...{ found: 'a Helm chart', hint: 'name here what `aicr snapshot` wrote' },
    },
    {
      ...{ flag: '--snapshot', file: 'nodes.yaml', content: NODES, code: 'KIND_UNEXPECTED' },
      ...{ found: 'a document of the kind "List"', hint: 'name here what `aicr snapshot`' },
    },
    {
      ...{ flag: '--snapshot', file: 'cm.yaml', content: CONFIG_MAP, code: 'KIND_UNEXPECTED' },
      ...{ found: 'a ConfigMap', hint: 'jsonpath={.data.snapshot' },
    },
    {
      ...{ flag: '--recipe', file: 'a.html', content: PAGE, code: 'KIND_UNEXPECTED' },
      ...{ found: 'an HTML page', hint: 'download the file itself' },
    },
    {
      ...{ flag: '--snapshot', file: 'a.json', content: CTRF, code: 'KIND_UNEXPECTED' },
      ...{
        found: 'a CTRF report',
        hint: 'give this file to affidavit validate --results; name here',
      },
    },
    {
      ...{
        flag: '--snapshot',
        file: 'a.yaml.gz',
        content: gzipSync('kind: Snapshot'),
        code: 'DOCUMENT_INVALID',
      },
      ...{ found: 'a gzip file', hint: 'gzip -dc a.yaml.gz > unpacked/snapshot.yaml`' },
    },
    {
      ...{ flag: '--results', file: 'junit.xml', content: JUNIT, code: 'RESULTS_PHASE_UNKNOWN' },
      ...{
        found: 'results that do not say their phase',
        hint: '`--phase PHASE=junit.xml`',
      },
    },
    {
      ...{
        flag: '--results',
        file: 'a.yaml',
        content: 'kind: Snapshot\n',
        code: 'DOCUMENT_INVALID',
      },
      ...{
        found: 'a snapshot',
        hint: 'give this file to affidavit validate --snapshot; name here',
      },
    },
  ];

  it.each(cases)(
    '$found as $flag is 2 $code, with the fix',
    async ({ flag, file, content, ...expected }) => {
      const place = new Workplace();
      place.write(file, content);
      const { code, error } = await place.refused(wordsWith(flag, file));
      expect([code, error.code, error.found]).toEqual([2, expected.code, expected.found]);
      expect(error.at?.replace(/#\/kind$/, '')).toBe(file);
      expect(error.hint).toContain(expected.hint);
    },
  );

  const LOG = '2026-06-10T01:00:00Z INFO start: ok\nit - is: a log\n';
  const plain: readonly Case[] = [
    {
      ...{ flag: '--results', file: 'a.log', content: LOG, code: 'DOCUMENT_INVALID' },
      ...{
        found: 'plain text',
        hint: 'give the directory of the logs to affidavit validate --logs; name here',
      },
    },
    {
      ...{ flag: '--results', file: 'a.json', content: '[]', code: 'KIND_UNEXPECTED' },
      ...{ found: 'a list', hint: 'name here' },
    },
    {
      ...{ flag: '--recipe', file: 'a.txt', content: 'hello\n', code: 'KIND_UNEXPECTED' },
      ...{ found: 'plain text', hint: 'name here what `aicr recipe` wrote' },
    },
    {
      ...{
        flag: '--snapshot',
        file: 'a.txt',
        content: '# nodes\n---\n- a\n',
        code: 'KIND_UNEXPECTED',
      },
      ...{ found: 'a list', hint: 'name here what `aicr snapshot` wrote' },
    },
  ];

  it.each(plain)('$found as $flag is 2 $code, and says what is wanted', async (one) => {
    const place = new Workplace();
    place.write(one.file, one.content);
    const { code, error } = await place.refused(wordsWith(one.flag, one.file));
    expect([code, error.code, error.at, error.found]).toEqual([2, one.code, one.file, one.found]);
    expect(error.expected).toBe(WANTED_BY.get(one.flag));
    expect(error.hint).toContain(one.hint);
  });

  it.each([
    ['an empty document', ''],
    ['comments alone', '# nothing\n'],
    ['a map with a mistake', '{"reportFormat": "CTRF",}'],
    ['bytes', 'ab\0c'],
  ])('keeps what its reader says of %s', async (_, content) => {
    const place = new Workplace();
    place.write('a.json', content);
    const { code, error } = await place.refused(wordsWith('--results', 'a.json'));
    expect([code, error.code]).toEqual([2, 'DOCUMENT_INVALID']);
    expect(error.found).not.toBe('plain text');
  });

  it('says of an unpacked bundle as --results where its reports are', async () => {
    const place = new Workplace();
    for (const [path, content] of evidence.files) place.write(`my bundle/${path}`, content);
    const { code, error } = await place.refused([...DOCUMENTS, '--results', 'my bundle']);
    expect([code, error.code, error.at, error.found]).toEqual([
      ...[2, 'RESULTS_MISSING', 'my bundle', 'an unpacked bundle'],
    ]);
    expect(error.hint).toContain("`--results 'my bundle/ctrf'`");
    expect((await place.validate([...DOCUMENTS, '--results', 'my bundle/ctrf'])).code).toBe(0);
  });

  it('names what is in a directory of results without a report', async () => {
    const place = new Workplace();
    place.write('out/junit.xml', JUNIT);
    const xml = await place.refused([...DOCUMENTS, '--results', 'out']);
    expect(xml.error).toMatchObject({
      code: 'RESULTS_PHASE_UNKNOWN',
      at: 'out/junit.xml',
      hint: 'say which it is, in place of PHASE: `--phase PHASE=out/junit.xml`',
    });
    place.write('out/snapshot.json', '{"kind": "Snapshot", "measurements": []}');
    const json = await place.refused([...DOCUMENTS, '--results', 'out']);
    expect(json.error).toMatchObject({
      code: 'RESULTS_MISSING',
      at: 'out/snapshot.json',
      found: 'a snapshot',
    });
  });

  it.each([
    [
      '--signing-config',
      ROOT,
      'SIGNING_CONFIG_INVALID',
      'a Sigstore trusted root',
      '--trusted-root',
    ],
    [
      '--signing-config',
      PAGE,
      'SIGNING_CONFIG_INVALID',
      'an HTML page',
      'download the file itself',
    ],
  ])(
    '%s with another file is 3, with the fix: %j',
    async (flag, content, ...[code, found, hint]) => {
      const place = new Workplace();
      place.write('a.json', content);
      const token = `e30.${Buffer.from('{"aud":"sigstore","exp":9999999999,"iss":"a","sub":"b"}').toString('base64url')}.x`;
      const words = wordsWith(flag, 'a.json').map((word) => (word === 'x' ? token : word));
      const run = await place.refused(words);
      expect([run.code, run.error.code, run.error.found]).toEqual([3, code, found]);
      expect(run.error.hint).toContain(hint);
    },
  );

  it.each(['--signing-config', '--trusted-root'])('%s and a document as - are 64', async (flag) => {
    const words = wordsWith(flag, '-').with(INPUTS.indexOf('--snapshot') + 1, '-');
    const { code, error } = await new Workplace().refused(words);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', '-']);
  });

  it.each(['--recipe', '--snapshot'])(
    '%s with a directory is 3, and says to name the file',
    async (flag) => {
      const { code, error } = await new Workplace().refused(wordsWith(flag, 'results'));
      expect([code, error.code, error.at]).toEqual([3, 'FILE_UNREADABLE', 'results']);
      expect([error.found, error.hint]).toEqual([
        'a directory',
        'name the file in it that is meant',
      ]);
    },
  );
});

describe('verify-evidence, given a file of another kind', () => {
  it.each([
    ['a zip file', ZIP, 'a zip file', 'unzip it first'],
    [
      'a plain tar',
      tar({ name: 'manifest.json', content: '{}' }),
      'a tar archive without gzip',
      'mkdir packed && gzip -c ',
    ],
    ['a page', PAGE, 'an HTML page', 'download the file itself'],
    [
      'a recipe',
      'kind: RecipeResult\n',
      'a resolved recipe',
      'give this file to affidavit validate --recipe',
    ],
    ['JUnit', JUNIT, 'JUnit XML', 'give this file to affidavit validate --results'],
    [
      'the attestation',
      fileIn(evidence.files, 'attestation.intoto.jsonl'),
      'a Sigstore bundle, which',
      'name the archive',
    ],
    [
      'the statement',
      fileIn(evidence.files, 'statement.intoto.json'),
      'an in-toto statement, which',
      'name the archive',
    ],
    [
      'the manifest',
      fileIn(evidence.files, 'manifest.json'),
      'a manifest, which',
      'name the archive',
    ],
    ['a policy', POLICY, 'a policy', 'give this file to affidavit verify-evidence --policy'],
    ['an encrypted file', 'age-encryption.org/v1\n', 'an encrypted file', 'decrypt it first'],
    ['a gzip file of a recipe', gzipSync('kind: RecipeResult\n'), 'a resolved recipe', '--recipe'],
    [
      'a gzip file of a large one',
      gzipSync(`kind: Snapshot\n${'#'.repeat(9999)}`),
      'a snapshot',
      'affidavit validate --snapshot',
    ],
    [
      'a gzip file of a gzip file',
      gzipSync(gzipSync('x'.repeat(9999))),
      'a gzip file in a gzip file',
      'mkdir unpacked && gzip -dc ',
    ],
    ['UTF-16', UTF16, 'text in UTF-16', 'PowerShell'],
    ['nothing', '', 'an empty file', 'download the bundle again'],
  ])('is 2 ARCHIVE_UNREADABLE with the fix: %s', async (_, content, found, hint) => {
    const { code, report, faults } = await evidence.judgeAt(evidence.write(content));
    const [check] = report.checks;
    expect(code).toBe(2);
    expect(faults).toEqual([expect.stringMatching(/^ARCHIVE_UNREADABLE /)]);
    expect(check?.found).toContain(found);
    expect(check?.hint).toContain(hint);
  });

  it.each([
    [
      '--policy',
      ROOT,
      'POLICY_INVALID',
      'a Sigstore trusted root',
      'give this file to affidavit verify-evidence --trusted-root',
    ],
    [
      '--policy',
      'signers:\n- identity: a\n',
      'POLICY_INVALID',
      'a policy in YAML',
      'write the same in JSON',
    ],
    ['--trusted-root', POLICY, 'TRUSTED_ROOT_INVALID', 'a policy', 'verify-evidence --policy; '],
    [
      '--trusted-root',
      CONFIG,
      'TRUSTED_ROOT_INVALID',
      'a Sigstore signing config',
      '--signing-config',
    ],
    ['--trusted-root', BUNDLE, 'TRUSTED_ROOT_INVALID', 'a Sigstore bundle, which', 'name here'],
    [
      '--trusted-root',
      '{"signed": {}, "signatures": []}',
      'TRUSTED_ROOT_INVALID',
      'TUF metadata',
      'a target',
    ],
    [
      '--trusted-root',
      '-----BEGIN CERTIFICATE-----\n',
      'TRUSTED_ROOT_INVALID',
      'a PEM file',
      'name here',
    ],
    ['--trusted-root', PAGE, 'TRUSTED_ROOT_INVALID', 'an HTML page', 'download the file itself'],
    [
      '--recipe',
      'kind: Snapshot\n',
      'RECIPE_FILE_INVALID',
      'a snapshot',
      'give this file to affidavit validate --snapshot; name here',
    ],
    ['--recipe', ZIP, 'RECIPE_FILE_INVALID', 'a zip file', 'then name the recipe.yaml in it'],
  ])('%s is 3 with the fix: %s', async (flag, content, ...[code, found, hint]) => {
    const path = evidence.write(content, '.json');
    const failure = await failureOf([archive, flag, path]);
    expect([failure.code, failure.error.code]).toEqual([3, code]);
    expect(failure.error.at?.replace(/#\/(?:kind|mediaType)$/, '')).toBe(path);
    expect(failure.error.found).toContain(found);
    expect(failure.error.hint).toContain(hint);
  });

  it('says which file to name instead of a directory that holds the archive', async () => {
    const folder = evidence.path();
    mkdirSync(folder);
    writeFileSync(join(folder, 'evidence.tar.gz'), 'x');
    const { code, report } = await evidence.judgeAt(folder);
    expect([code, report.checks[0]?.hint]).toEqual([2, 'name the archive in it: evidence.tar.gz']);
  });
});

/** The command of a hint, which stands between backticks, as a shell runs it in this folder. */
function paste(hint: string, place: Workplace): number | null {
  const [, command = 'false'] = /`([^`]*)`/.exec(hint) ?? [];
  return spawnSync('sh', ['-c', command], { cwd: place.folder }).status;
}

/** Every file here with its content. */
function filesIn(place: Workplace): ReadonlyMap<string, string> {
  const files = readdirSync(place.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [file, readFileSync(file, 'base64')]));
}

describe('the command that a hint says', () => {
  const bundle = readFileSync(archive);
  const recipe = readFileSync(join(DEMO, 'recipe.yaml'));

  it.each<[string, string, Buffer, file: string]>([
    ['--recipe', 'evidence.tar.gz', bundle, 'unpacked/recipe.yaml'],
    ['--snapshot', "it's my evidence.tar.gz", bundle, 'unpacked/snapshot.yaml'],
    ['--results', '-evidence.tar.gz', bundle, 'unpacked/ctrf'],
    ['--recipe', 'recipe.yaml.gz', gzipSync(recipe), 'unpacked/recipe.yaml'],
    ['--recipe', 'my recipe.tar', gunzipSync(bundle), 'unpacked/recipe.yaml'],
    ['--recipe', 'utf16', Buffer.from(recipe.toString(), 'utf16le'), 'unpacked/recipe.yaml'],
  ])('makes of %s %j what is wanted, and replaces nothing', async (flag, name, content, file) => {
    const place = new Workplace();
    place.write(name, content);
    const former = filesIn(place);
    const words = INPUTS.with(INPUTS.indexOf(flag) + 1, name.startsWith('-') ? `./${name}` : name);
    const { error } = await place.refused(words);
    expect(paste(error.hint, place)).toBe(0);
    expect([...filesIn(place)]).toEqual(expect.arrayContaining([...former]));
    const { code } = await place.validate(words.with(INPUTS.indexOf(flag) + 1, file));
    expect(code).toBe(0);
    const made = filesIn(place);
    expect(paste(error.hint, place)).not.toBe(0);
    expect(filesIn(place)).toEqual(made);
  });

  it.each([
    ['evidence.tar', gunzipSync(bundle), 'packed/evidence.tar.gz'],
    ['my evidence.tar.gz', gzipSync(bundle), 'unpacked/evidence.tar.gz'],
  ])('makes of a bundle %j what verify-evidence takes', async (name, content, file) => {
    const place = new Workplace();
    place.write(name, content);
    const wrong = await place.run(['verify-evidence', name, '--format', 'json']);
    const { checks } = JSON.parse(wrong.stdout) as { checks: readonly { hint: string }[] };
    expect(paste(checks[0]?.hint ?? '', place)).toBe(0);
    expect(readFileSync(place.path(name)).equals(content)).toBe(true);
    const { code } = await place.run(['verify-evidence', file, ...evidence.pin]);
    expect(code).toBe(0);
  });
});
