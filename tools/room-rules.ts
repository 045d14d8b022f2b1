// The linter's rules of the table of rooms (`rooms.ts`).
import { posix } from 'node:path';

export interface Room {
  /** Rooms whose files it may import, beside its own and the files directly in `src`. */
  readonly rooms: readonly string[];
  /** Packages that it may import; a room that does not name a package may not import it. */
  readonly packages?: readonly string[];
  /** It may touch files, network, clock and processes. */
  readonly effects?: true;
}

/** By the name of the folder. */
export type Rooms = Readonly<Record<string, Room>>;

const EFFECT_GLOBALS = [
  ...['process', 'global', 'globalThis', 'fetch', 'WebSocket', 'EventSource', 'crypto'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'performance'],
];

/** What `oxlint.rooms.json` holds. */
export function lintRules(table: Rooms): unknown {
  const rooms = Object.entries(table);
  const pure = rooms.filter(([, { effects }]) => effects === undefined);
  return {
    overrides: [
      { files: ['src/*.ts', ...pure.map(([name]) => `src/${name}/*.ts`)], rules: PURE_RULES },
      // A folder without a row may import nothing but its own, until it has one.
      { files: ['src/*/**'], rules: importRules(table, '.', { rooms: [] }, ['^\\.\\./']) },
      {
        files: ['src/*.ts'],
        excludeFiles: ['src/index.ts'],
        rules: importRules(table, '.', { rooms: ['errors'] }),
      },
      ...rooms.map(([name, room]) => ({
        files: [`src/${name}/*.ts`],
        rules: importRules(table, name, room),
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
  table: Rooms,
  name: string,
  { rooms, packages = [] }: Room,
  more: readonly string[] = [],
): unknown {
  const others = Object.entries(table).filter(([room]) => room !== name && !rooms.includes(room));
  const fenced = new Set(Object.values(table).flatMap((room) => room.packages ?? []));
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
