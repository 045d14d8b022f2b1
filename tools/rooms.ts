// Rooms and arrows: what each folder of src may import. docs/architecture.md draws this table, and
// `oxlint.rooms.json` is made from it: `node tools/rooms.ts`.
import { writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Room {
  /** Rooms whose files it may import, beside its own and the files directly in `src`. */
  readonly rooms: readonly string[];
  /** Packages that it may import; a room that does not name a package may not import it. */
  readonly packages?: readonly string[];
  /** It may touch files, network, clock and processes. */
  readonly effects?: true;
}

/**
 * From the lowest to the highest: no room imports one below it in this list, and every arrow is used.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  errors: { rooms: [] },
  document: { rooms: ['errors'] },
  der: { rooms: [] },
  archive: { rooms: ['errors'], packages: ['tar-stream'] },
  manifest: { rooms: ['errors', 'document', 'archive'] },
  statement: { rooms: ['document'] },
  trust: { rooms: ['errors', 'document', 'der'] },
  'trust/judge': { rooms: ['errors', 'document', 'der', 'trust'] },
  'trust/library': { rooms: ['trust'], packages: ['@sigstore/core', '@sigstore/verify'] },
  'trust/verify': { rooms: ['errors', 'trust', 'trust/judge', 'trust/library'] },
  'trust/tuf': { rooms: ['document', 'trust'], packages: ['@tufjs/models'] },
  policy: { rooms: ['errors', 'document', 'trust'] },
  sign: { rooms: ['errors', 'document', 'der', 'trust'], packages: ['@noble/ciphers'] },
  attestation: { rooms: ['errors', 'archive', 'statement', 'trust', 'policy'] },
  sandbox: { rooms: ['errors', 'document', 'der'], packages: ['@noble/curves', '@sigstore/core'] },
  bom: { rooms: ['document'], packages: ['@cyclonedx/cyclonedx-library'] },
  'evidence/aicr': { rooms: ['errors', 'document'] },
  'evidence/phase': { rooms: ['errors', 'document'] },
  'evidence/recipe': { rooms: ['errors', 'document', 'evidence/aicr', 'evidence/phase'] },
  'evidence/snapshot': { rooms: ['errors', 'document', 'evidence/recipe'] },
  'evidence/constraint': { rooms: ['errors', 'document', 'evidence/recipe', 'evidence/snapshot'] },
  'evidence/figure': {
    rooms: ['errors', 'document', 'evidence/phase', 'evidence/recipe', 'evidence/constraint'],
  },
  'evidence/bom': { rooms: ['errors', 'bom', 'evidence/recipe', 'evidence/snapshot'] },
  evidence: { rooms: ['archive', 'trust', 'evidence/phase'] },
  'evidence/claim': {
    rooms: [
      'errors',
      'document',
      'statement',
      'evidence/phase',
      'evidence/snapshot',
      'evidence/constraint',
      'evidence',
    ],
  },
  'evidence/validate': {
    rooms: [
      'errors',

      'trust',
      'attestation',
      'bom',
      'evidence/phase',
      'evidence/recipe',
      'evidence/snapshot',
      'evidence/constraint',
      'evidence/figure',
      'evidence/bom',
    ],
  },
  'evidence/verify': {
    rooms: [
      'errors',
      'document',
      'archive',
      'manifest',
      'statement',
      'attestation',
      'bom',
      'evidence/phase',
      'evidence/recipe',
      'evidence/snapshot',
      'evidence',
      'evidence/claim',
      'evidence/validate',
    ],
  },
  'evidence/pack': {
    rooms: [
      'errors',
      'document',
      'archive',
      'manifest',
      'trust',
      'attestation',
      'bom',
      'evidence/phase',
      'evidence/bom',
      'evidence',
      'evidence/claim',
      'evidence/validate',
      'evidence/verify',
    ],
  },
  'report/blocks': {
    rooms: [
      'errors',
      'document',
      'trust',
      'policy',
      'sign',
      'attestation',
      'evidence/phase',
      'evidence/snapshot',
      'evidence/constraint',
      'evidence/figure',
      'evidence/validate',
      'evidence/verify',
    ],
  },
  'report/render': { rooms: ['sign', 'report/blocks', 'evidence/validate', 'evidence/verify'] },
  report: {
    rooms: [
      'errors',
      'document',
      'trust',
      'policy',
      'sign',
      'attestation',
      'evidence/phase',
      'evidence/constraint',
      'evidence/figure',
      'evidence/claim',
      'evidence/validate',
      'evidence/verify',
      'report/blocks',
    ],
  },
  'io/disk': { rooms: ['errors', 'archive', 'policy', 'evidence/phase'], effects: true },
  'io/process': { rooms: ['errors', 'document', 'evidence/claim', 'io/disk'], effects: true },
  'io/http': { rooms: ['errors'], effects: true },
  'io/sandbox': { rooms: ['errors', 'trust', 'sandbox', 'io/disk'], effects: true },
  'io/oidc': {
    rooms: ['errors', 'sign', 'io/disk', 'io/http'],
    packages: ['oauth4webapi'],
    effects: true,
  },
  'io/sigstore': {
    rooms: [
      'errors',
      'document',
      'der',
      'trust',
      'trust/tuf',
      'trust/verify',
      'sign',
      'attestation',
      'io/disk',
      'io/process',
      'io/http',
      'io/oidc',
      'io/sandbox',
    ],
    packages: ['tuf-js'],
    effects: true,
  },
  'cli/call': { rooms: ['errors', 'attestation'], effects: true },
  'cli/work': {
    rooms: [
      'errors',
      'document',
      'archive',
      'policy',
      'sign',
      'sandbox',
      'evidence/aicr',
      'evidence/recipe',
      'evidence',
      'evidence/validate',
      'evidence/pack',
      'evidence/verify',
      'report/render',
      'report',
      'io/disk',
      'io/process',
      'io/http',
      'io/sandbox',
      'io/sigstore',
      'cli/call',
    ],
    effects: true,
  },
  commands: { rooms: ['cli/call', 'cli/work'], effects: true },
  cli: {
    rooms: ['errors', 'report', 'io/disk', 'io/process', 'cli/call', 'commands'],
    packages: ['@oclif/core'],
    effects: true,
  },
};

const EFFECT_GLOBALS = [
  ...['process', 'global', 'globalThis', 'fetch', 'WebSocket', 'EventSource', 'crypto'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'performance'],
];

/** What `oxlint.rooms.json` holds. */
export function lintRules(): unknown {
  const rooms = Object.entries(ROOMS);
  const pure = rooms.filter(([, { effects }]) => effects === undefined);
  return {
    overrides: [
      { files: ['src/*.ts', ...pure.map(([name]) => `src/${name}/*.ts`)], rules: PURE_RULES },
      // A folder without a row may import nothing but its own, until it has one.
      { files: ['src/*/**'], rules: importRules('.', { rooms: [] }, ['^\\.\\./']) },
      {
        files: ['src/*.ts'],
        excludeFiles: ['src/index.ts'],
        rules: importRules('.', { rooms: ['errors'] }),
      },
      ...rooms.map(([name, room]) => ({
        files: [`src/${name}/*.ts`],
        rules: importRules(name, room),
      })),
    ],
  };
}

/** No effect: time is an argument, and so is whatever a file or a service has said. */
const PURE_RULES = {
  'import/no-nodejs-modules': [
    'error',
    { allow: ['node:crypto', 'node:stream', 'node:stream/promises', 'node:zlib'] },
  ],
  'no-restricted-globals': ['error', ...EFFECT_GLOBALS],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now' },
    { object: 'Math', property: 'random' },
  ],
};

/** Every other room and package is refused. Specifiers are relative, and written with their ending. */
function importRules(
  name: string,
  { rooms, packages = [] }: Room,
  more: readonly string[] = [],
): unknown {
  const others = Object.entries(ROOMS).filter(([room]) => room !== name && !rooms.includes(room));
  const fenced = new Set(Object.values(ROOMS).flatMap((room) => room.packages ?? []));
  const forbidden = [
    ...more,
    ...others.map(([room]) => `${specifierOf(name, room)}/[a-z0-9-]+\\.ts$`),
    ...[...fenced].filter((each) => !packages.includes(each)).map((each) => `${each}(?:/|$)`),
  ];
  const pattern = {
    regex: `^(?:${forbidden.join('|')})`,
    message: `src/${name} may not import this: tools/rooms.ts and docs/architecture.md say what it may.`,
  };
  return { 'no-restricted-imports': ['error', { patterns: [pattern] }] };
}

/** A room's folder as the files of another name it, as a regular expression. */
function specifierOf(from: string, to: string): string {
  const folder = posix.relative(from, to) || '.';
  return (folder.startsWith('.') ? folder : `./${folder}`).replaceAll('.', '\\.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  writeFileSync(join(root, 'oxlint.rooms.json'), `${JSON.stringify(lintRules(), null, 2)}\n`);
}
