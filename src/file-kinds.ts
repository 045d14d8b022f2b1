// The one table of what a file looks like (`recognise.ts`).

import { quote } from './quote.ts';

/** The kinds that somebody asks for: where, where they come from, and a name that such a file may have. */
export const WANTED = {
  archive: {
    what: 'a .tar.gz file or a directory',
    place: 'affidavit verify-evidence',
    source: 'what affidavit validate --emit-evidence wrote',
    example: 'evidence.tar.gz',
  },
  recipe: {
    what: 'a resolved recipe',
    place: '--recipe',
    source: 'what `aicr recipe` wrote',
    example: 'recipe.yaml',
  },
  snapshot: {
    what: 'a snapshot',
    place: '--snapshot',
    source: 'what `aicr snapshot` wrote',
    example: 'snapshot.yaml',
  },
  results: {
    what: 'a CTRF report',
    place: '--results',
    source: 'the CTRF reports that the validators wrote',
    example: 'deployment.json',
  },
  policy: {
    what: 'a policy in JSON',
    place: '--policy',
    source: 'a JSON file that lists who may sign',
    example: 'signers.json',
  },
  'trusted-root': {
    what: 'a Sigstore trusted root',
    place: '--trusted-root',
    source: 'a trusted_root.json as Sigstore publishes it',
    example: 'trusted_root.json',
  },
  'signing-config': {
    what: 'a Sigstore signing config',
    place: '--signing-config',
    source: 'a signing_config.json as Sigstore publishes it',
    example: 'signing_config.json',
  },
} as const;

export type FileKind = keyof typeof WANTED;

/** The start of a file. */
export interface Look {
  /** A character for each byte. */
  readonly text: string;
  readonly isJson: boolean;
  /** The fields at the top of a JSON or YAML document, with the texts of those that are scalars. */
  readonly fields: ReadonlyMap<string, string>;
}

/** A row of the table. */
export interface Row {
  readonly what: string | ((look: Look, wanted: FileKind) => string);
  readonly fits: (look: Look) => boolean;
  /** If it is a kind that somebody asks for, which. */
  readonly kind?: FileKind;
  /** How the wanted file is made of it; undefined if it cannot be. */
  readonly fix?: (wanted: FileKind, look: Look) => string | undefined;
  /** Where it belongs. */
  readonly goes?: string;
}

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
  const unpack = `${program} -dc FILE`;
  return {
    what: `a file that is compressed with ${program}`,
    fits: starts(magic),
    fix: (wanted) =>
      wanted === 'archive'
        ? `compress it with gzip instead: ${unpack} | gzip > evidence.tar.gz`
        : `unpack it first: ${unpack} > ${WANTED[wanted].example}`,
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

/** A character of ASCII and a NUL by turns, or a byte order mark. */
function isUtf16({ text }: Look): boolean {
  const [a = '', b = '', c = '', d = ''] = text;
  const [even, odd] = [a + c, b + d];
  const isPlain = [even, odd].some((half) => /^[\t-~]{2}$/.test(half));
  const isMarked = /^(?:\xFF\xFE|\xFE\xFF)/.test(text);
  return isMarked || (isPlain && [even, odd].includes('\0\0'));
}

/** GitHub serves every artifact as a zip file: of an archive, or of what was in a directory. */
function unzip(wanted: FileKind, { text }: Look): string {
  const first = text.slice(30, 30 + text.charCodeAt(26) + 256 * text.charCodeAt(27));
  const isDirectory = wanted === 'results' || (wanted === 'archive' && !first.endsWith('gz'));
  return isDirectory
    ? 'unzip it first: unzip artifact.zip -d artifact; then name that directory'
    : `unzip it first: unzip -p artifact.zip > ${WANTED[wanted].example}`;
}

/** The first that fits counts: from forms that any content may have to documents. */
export const FILE_ROWS: readonly Row[] = [
  {
    what: 'a zip file',
    fits: starts('PK\x03\x04', 'PK\x05\x06'),
    fix: unzip,
  },
  {
    what: (_, wanted) => (wanted === 'archive' ? 'a gzip file in a gzip file' : 'a gzip file'),
    fits: starts('\x1F\x8B'),
    fix: (wanted) =>
      wanted === 'archive'
        ? 'unpack it once: gzip -dc FILE > evidence.tar.gz'
        : `unpack it first: gzip -dc FILE > ${WANTED[wanted].example}, or tar -xzf FILE if it is an archive`,
  },
  {
    what: 'a tar archive without gzip',
    fits: begins(/^.{257}ustar.{250}/s),
    fix: (wanted) =>
      wanted === 'archive'
        ? 'compress it: gzip FILE'
        : `unpack it first: tar -xf FILE; then name the ${WANTED[wanted].example} in it`,
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
    fix: (wanted) =>
      wanted === 'archive'
        ? 'copy or download it again: > in PowerShell made text of it, and that cannot be undone'
        : `save it as UTF-8, e.g. iconv -f UTF-16 -t UTF-8 FILE > ${WANTED[wanted].example}; > in PowerShell writes UTF-16`,
  },
  {
    what: 'an HTML page',
    fits: begins(/^\W{0,9}(?:<!--[^>]*>\s*)?<(?:!doctype html|html|head|body)\b/i),
    fix: () => 'download the file itself: this is what a browser shows, perhaps to log in',
  },
  {
    what: 'a pointer of Git LFS',
    fits: begins(/^version https:\/\/git-lfs/),
    fix: () => 'get the file that it points to: git lfs pull',
  },
  {
    what: 'an error of the GitHub API',
    fits: hasJson('message', 'documentation_url'),
    fix: () => 'download it again, with a token that may read it',
  },
  {
    what: 'JUnit XML',
    fits: begins(/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<testsuites?\b/s),
    fix: (wanted) =>
      wanted === 'results'
        ? 'convert it to CTRF, e.g. npx junit-to-ctrf junit.xml -o deployment.json, and let the suite of each test be its phase'
        : undefined,
    goes: 'convert it to CTRF for --results',
  },
  { what: 'XML', fits: begins(/^\s*<\?xml/) },
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
  part(
    'a Sigstore bundle',
    either(says('mediaType', /sigstore\.bundle/), has('verificationMaterial')),
  ),
  part('an in-toto statement', says('_type', /in-toto/)),
  part('a manifest', hasJson('schemaVersion', 'files')),
  part('a bill of materials', either(has('bomFormat'), has('spdxVersion'))),
  { what: 'a DSSE envelope', fits: hasJson('payloadType', 'signatures') },
  {
    what: 'TUF metadata',
    fits: hasJson('signed', 'signatures'),
    goes: 'trusted_root.json is a target of that TUF repository',
  },
  {
    what: 'a pointer to evidence',
    fits: has('schemaVersion', 'recipe', 'attestations'),
    goes: 'fetch the bundle that it points to',
  },
  {
    what: 'a report of affidavit',
    fits: either(hasJson('verdict', 'checks'), hasJson('outcome', 'exitCode')),
    goes: 'a report is not evidence, it is about some',
  },
  { kind: 'policy', what: 'a policy', fits: hasJson('signers') },
  {
    what: 'a policy in YAML',
    fits: has('signers'),
    fix: (wanted) => (wanted === 'policy' ? 'write the same in JSON' : undefined),
    goes: 'write it in JSON for --policy',
  },
  { kind: 'results', what: 'a CTRF report', fits: says('reportFormat', /^CTRF$/) },
  {
    what: 'an overlay, a part of a recipe',
    fits: says('kind', /^RecipeMetadata$/),
    goes: 'resolve it with `aicr recipe` for its criteria, and give --recipe what that writes',
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
    what: ({ fields }) => `a document of the kind ${quote(fields.get('kind') ?? '', 60)}`,
    fits: (look) => has('apiVersion')(look) && says('kind', /^[A-Z]\w+$/)(look),
  },
];
