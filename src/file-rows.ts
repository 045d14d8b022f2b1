// The one table of what a file looks like (`recognise.ts`).

import type { FileKind, Look, Row } from './file-kinds.ts';
import {
  gunzip,
  isTar,
  namesInTar,
  packed,
  unpacked,
  untar,
  unzip,
  whatInGzip,
} from './packed-file.ts';
import { quote } from './quote.ts';

/** The first bytes of a form, which no other has. */
function starts(...magic: readonly string[]): Row['fits'] {
  return ({ text }) => magic.some((bytes) => text.startsWith(bytes));
}

function begins(pattern: RegExp): Row['fits'] {
  return ({ text }) => pattern.test(text);
}

function has(...names: readonly string[]): Row['fits'] {
  return ({ fields }) => names.every((name) => fields.has(name));
}

/** JSON with all these fields. */
function hasJson(...names: readonly string[]): Row['fits'] {
  return (look) => look.isJson && has(...names)(look);
}

function says(name: string, pattern: RegExp): Row['fits'] {
  return ({ fields }) => pattern.test(fields.get(name) ?? '');
}

function either(...tests: readonly Row['fits'][]): Row['fits'] {
  return (look) => tests.some((fits) => fits(look));
}

/** What another program compressed, which unpacks it to standard output with `-dc`. */
function compressed(program: string, magic: string): Row {
  return {
    what: `a file that is compressed with ${program}`,
    fits: starts(magic),
    fix: (wanted, _, file) =>
      wanted === 'archive'
        ? `compress it with gzip instead: ${packed(`${program} -dc < ${file} | gzip`)}`
        : `unpack it first: ${unpacked(`${program} -dc < ${file}`, wanted)}`,
  };
}

/** What lies in a bundle, and is nothing by itself. */
function part(what: string, fits: Row['fits']): Row {
  return { what: `${what}, which is one part of a bundle`, fits, fix: nameWhole };
}

function nameWhole(wanted: FileKind): string | undefined {
  return wanted === 'archive'
    ? 'name the archive or the directory that it is a part of'
    : undefined;
}

function nameEvidence(wanted: FileKind): string | undefined {
  return wanted === 'archive'
    ? 'name the archive or the directory of the evidence itself; a summary of a verification is verified alone, as the only INPUT of a call'
    : undefined;
}

/** A character of ASCII and a NUL by turns, or a byte order mark. */
function isUtf16({ text }: Look): boolean {
  const [a = '', b = '', c = '', d = ''] = text;
  const [even, odd] = [a + c, b + d];
  const isPlain = [even, odd].some((half) => /^[\t-~]{2}$/.test(half));
  const isMarked = /^(?:\xFF\xFE|\xFE\xFF)/.test(text);
  return isMarked || (isPlain && [even, odd].includes('\0\0'));
}

/** A recipe names the charts that it deploys. */
const CHART_GOES = 'it is what a recipe deploys, and no recipe';

const READ_IT = 'read what it says: servers answer so if something is wrong';

/** The first that fits counts: from forms that any content may have to documents. */
export const FILE_ROWS: readonly Row[] = [
  { what: 'a zip file', fits: starts('PK\x03\x04', 'PK\x05\x06'), fix: unzip },
  { what: whatInGzip, fits: starts('\x1F\x8B'), fix: gunzip },
  {
    what: 'a tar archive without gzip',
    fits: ({ text }) => isTar(text),
    fix: (wanted, { text }, file) =>
      wanted === 'archive'
        ? `compress it: ${packed(`gzip -c ${file}`)}`
        : untar(wanted, namesInTar(text), `tar -xf ${file} -C unpacked`),
  },
  compressed('xz', '\xFD7zXZ'),
  compressed('bzip2', 'BZh'),
  compressed('zstd', '\x28\xB5\x2F\xFD'),
  {
    what: 'an encrypted file',
    fits: begins(/^(?:age-encryption\.org\/|-----BEGIN (?:AGE ENC|PGP M)|Salted__)/),
    fix: () => 'decrypt it first, with the program and the key that it was encrypted for',
  },
  {
    what: 'text in UTF-16',
    fits: isUtf16,
    fix: (wanted, _, file) =>
      wanted === 'archive'
        ? 'copy or download it again: > in PowerShell made text of it, and that cannot be undone'
        : `save it as UTF-8: ${unpacked(`iconv -f UTF-16 -t UTF-8 ${file}`, wanted)}; > in PowerShell writes UTF-16`,
  },
  {
    what: 'an HTML page',
    fits: begins(/^\W{0,9}(?:<!--[^>]*>\s*)?<(?:!doctype html|html|head|body)\b/i),
    fix: () => 'download the file itself: this is what a browser shows, perhaps to log in',
  },
  {
    what: 'a pointer of Git LFS',
    fits: begins(/^version https:\/\/git-lfs/),
    fix: () => 'get the file that it points to: `git lfs pull`',
  },
  {
    what: 'an error of the GitHub API',
    fits: hasJson('message', 'documentation_url'),
    fix: () => 'download it again, with a token that may read it',
  },
  {
    kind: 'results',
    what: 'JUnit XML',
    fits: begins(/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!DOCTYPE\s+)?testsuites?\b/s),
  },
  // Whoever reads results says what is wrong with it as XML, e.g. a DTD before the root.
  { kind: 'results', what: 'XML', fits: begins(/^\s*<(?:\?xml|!DOCTYPE)\b/), goes: READ_IT },
  {
    kind: 'private-key',
    what: 'a private key in PEM',
    fits: begins(/^-----BEGIN (?:[A-Z0-9 ]+ )?PRIVATE KEY-----/),
  },
  {
    kind: 'public-key',
    what: 'a public key in PEM',
    fits: begins(/^-----BEGIN (?:RSA )?PUBLIC KEY-----/),
  },
  { what: 'a PEM file, of keys or certificates', fits: begins(/^-----BEGIN [A-Z0-9 ]+-----/) },
  // JSON and YAML.
  {
    kind: 'trusted-root',
    what: 'a Sigstore trusted root',
    fits: either(says('mediaType', /trustedroot/), has('certificateAuthorities', 'tlogs')),
  },
  {
    kind: 'signing-config',
    what: 'a Sigstore signing config',
    fits: either(says('mediaType', /signingconfig/), has('caUrls'), has('rekorTlogUrls')),
  },
  {
    what: 'a Sigstore bundle, which signs evidence or what a verification found',
    fits: either(says('mediaType', /sigstore\.bundle/), has('verificationMaterial')),
    fix: nameEvidence,
  },
  {
    what: 'a summary of a verification (VSA or SVR), which shows no evidence',
    fits: says('predicateType', /^https:\/\/(?:slsa\.dev\/verif|in-toto\.io\/attestation\/svr\/)/),
    fix: nameEvidence,
  },
  part('an in-toto statement', says('_type', /in-toto/)),
  {
    kind: 'openings',
    what: 'openings, with the secret in them',
    fits: hasJson('scheme', 'secret'),
    goes: 'keep them for yourself, and reveal with `affidavit evidence reveal`',
  },
  { kind: 'revealed', what: 'revealed values', fits: hasJson('scheme', 'redaction', 'values') },
  {
    what: 'a part of an OCI image layout',
    fits: either(hasJson('imageLayoutVersion'), hasJson('schemaVersion', 'manifests')),
    goes: 'a layout is a directory: name that where one is taken',
  },
  {
    what: 'a manifest of an OCI artifact',
    fits: hasJson('schemaVersion', 'config', 'layers'),
    goes: 'it is one of the blobs of an artifact: name the registry, or the directory of the layout',
  },
  part('a manifest', hasJson('schemaVersion', 'files')),
  { kind: 'bom', ...part('a bill of materials', has('bomFormat')) },
  part('a bill of materials in SPDX', has('spdxVersion')),
  { what: 'a DSSE envelope', fits: hasJson('payloadType', 'signatures') },
  {
    what: 'TUF metadata',
    fits: hasJson('signed', 'signatures'),
    goes: 'trusted_root.json is a target of that TUF repository',
  },
  {
    kind: 'pointer',
    what: 'a pointer to evidence',
    fits: has('schemaVersion', 'recipe', 'attestations'),
  },
  {
    what: 'a report of affidavit',
    fits: either(
      hasJson('schemaVersion', 'tool'),
      hasJson('verdict', 'checks'),
      hasJson('answer', 'recomputed'),
    ),
    goes: 'a report is not evidence, it is about some',
  },
  {
    kind: 'policy',
    what: 'a policy',
    fits: either(hasJson('signers'), hasJson('schemaVersion', 'verifiers')),
  },
  {
    kind: 'policy',
    what: 'the allowlist of AICR',
    fits: (look) =>
      has('schemaVersion')(look) &&
      either(has('firstParty'), has('partner'), has('community'))(look),
  },
  {
    what: 'a policy in YAML',
    fits: has('signers'),
    fix: (wanted) => (wanted === 'policy' ? 'write the same in JSON' : undefined),
    goes: 'write it in JSON for affidavit verify-evidence --policy',
  },
  { kind: 'results', what: 'a CTRF report', fits: says('reportFormat', /^CTRF$/) },
  {
    kind: 'results',
    what: 'the output of `go test -json`',
    fits: either(hasJson('Action', 'Package'), hasJson('Action', 'ImportPath')),
  },
  {
    what: 'an overlay, a part of a recipe',
    fits: says('kind', /^RecipeMetadata$/),
    goes: 'resolve it with `aicr recipe` or `affidavit recipe resolve` for its criteria',
  },
  {
    kind: 'recipe',
    what: 'a resolved recipe',
    fits: either(
      says('kind', /^Recipe(?:Result)?$/),
      (look) => !look.fields.has('kind') && either(has('componentRefs'), has('criteria'))(look),
    ),
  },
  {
    kind: 'snapshot',
    what: 'a snapshot',
    fits: either(says('kind', /^Snapshot$/), has('measurements')),
  },
  {
    what: 'a Helm chart',
    fits: (look) =>
      says('apiVersion', /^v[12]$/)(look) && has('name', 'version')(look) && !has('kind')(look),
    goes: CHART_GOES,
  },
  {
    what: 'a template of a Helm chart',
    fits: ({ text, fields }) =>
      /\{\{-? *[\w.$/]/.test(text) && (fields.has('kind') || text.startsWith('{{')),
    goes: CHART_GOES,
  },
  {
    what: 'a ConfigMap',
    fits: says('kind', /^ConfigMap$/),
    fix: (wanted) =>
      wanted === 'snapshot'
        ? 'save the text in it: `kubectl get configmap NAME -o "jsonpath={.data.snapshot\\.yaml}"`, with its name and namespace'
        : undefined,
  },
  {
    what: ({ fields }) => `a document of the kind ${quote(fields.get('kind') ?? '', 60)}`,
    fits: (look) => has('apiVersion')(look) && says('kind', /^[A-Z]\w+$/)(look),
  },
];
