// What the build makes `oclif.manifest.json` of; the program reads that file instead.

import { COMMANDS as TABLE } from './command-table.ts';
import { oclifCommand } from './oclif.ts';

const entries = Object.entries(TABLE).map(
  async ([name, load]) => [name, oclifCommand(await load())] as const,
);

/** oclif looks for this name (package.json). */
export const COMMANDS = Object.fromEntries(await Promise.all(entries));
