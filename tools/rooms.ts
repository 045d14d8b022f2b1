// Rooms and arrows: what each folder of src may import. docs/architecture.md draws this table, and
// `oxlint.rooms.json` is made from it: `node tools/rooms.ts`.
import { writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Room {
  /** Rooms whose files it may import, beside its own and the files directly in `src`. */
  readonly rooms: readonly string[];
  /** Packages that it may import; the fence around each is the room that names it. */
  readonly packages?: readonly string[];
  /** It may touch files, network, clock and processes. */
  readonly effects?: true;
}

const LOW = ['errors', 'document'];
const STAGES = ['evidence/aicr', 'evidence/recipe', 'evidence/snapshot', 'evidence/constraint'];
const EVIDENCE = [...STAGES, 'evidence', 'evidence/phase', 'evidence/bom', 'evidence/claim'];
const LINES = ['evidence/validate', 'evidence/pack', 'evidence/verify'];
const SIGNED = ['archive', 'manifest', 'statement', 'trust', 'policy', 'sign', 'attestation'];
const PURE = [...LOW, 'der', 'bom', 'sandbox', ...SIGNED, ...EVIDENCE, ...LINES];
const IO = ['io/disk', 'io/http', 'io/process', 'io/sandbox', 'io/sigstore'];

/** From the lowest to the highest: no arrow runs back up. */
export const ROOMS: Readonly<Record<string, Room>> = {
  errors: { rooms: [] },
  document: { rooms: ['errors'] },
  der: { rooms: [] },
  archive: { rooms: ['errors'], packages: ['tar-stream'] },
  manifest: { rooms: [...LOW, 'archive'] },
  statement: { rooms: LOW },
  trust: { rooms: [...LOW, 'der'], packages: ['@sigstore/core', '@sigstore/verify'] },
  policy: { rooms: [...LOW, 'trust'] },
  sign: { rooms: [...LOW, 'trust', 'statement'], packages: ['@sigstore/bundle'] },
  attestation: { rooms: ['errors', ...SIGNED.filter((room) => room !== 'attestation')] },
  sandbox: { rooms: [...LOW, 'der'], packages: ['@noble/curves', '@sigstore/core'] },
  bom: { rooms: LOW, packages: ['@cyclonedx/cyclonedx-library'] },
  'evidence/aicr': { rooms: LOW },
  'evidence/phase': { rooms: LOW },
  'evidence/recipe': { rooms: [...LOW, 'evidence/aicr', 'evidence/phase'] },
  'evidence/snapshot': { rooms: [...LOW, 'evidence/recipe'] },
  'evidence/constraint': { rooms: [...LOW, 'evidence/recipe', 'evidence/snapshot'] },
  'evidence/bom': { rooms: [...LOW, 'bom', 'evidence/recipe', 'evidence/snapshot'] },
  evidence: { rooms: ['archive', 'trust', 'evidence/phase'] },
  'evidence/claim': { rooms: [...LOW, 'statement', ...STAGES, 'evidence', 'evidence/phase'] },
  'evidence/validate': { rooms: [...LOW, 'bom', 'trust', ...EVIDENCE] },
  'evidence/pack': { rooms: [...LOW, 'bom', ...SIGNED, ...EVIDENCE, 'evidence/validate'] },
  'evidence/verify': { rooms: [...LOW, 'bom', ...SIGNED, ...EVIDENCE, 'evidence/validate'] },
  report: { rooms: [...LOW, 'attestation', 'trust', ...EVIDENCE, ...LINES] },
  'io/disk': { rooms: PURE, effects: true },
  'io/process': { rooms: [...PURE, 'io/disk'], effects: true },
  'io/http': { rooms: ['errors'], effects: true },
  'io/sandbox': { rooms: [...PURE, 'io/disk'], effects: true },
  'io/sigstore': {
    rooms: [...PURE, 'io/disk', 'io/http', 'io/sandbox'],
    packages: ['@sigstore/bundle', '@sigstore/protobuf-specs', '@sigstore/sign'],
    effects: true,
  },
  'cli/call': { rooms: ['errors', 'attestation'], effects: true },
  'cli/work': { rooms: [...PURE, 'report', ...IO, 'cli/call'], effects: true },
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
function importRules(name: string, { rooms, packages = [] }: Room): unknown {
  const others = Object.entries(ROOMS).filter(([room]) => room !== name && !rooms.includes(room));
  const fenced = new Set(Object.values(ROOMS).flatMap((room) => room.packages ?? []));
  const forbidden = [
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
