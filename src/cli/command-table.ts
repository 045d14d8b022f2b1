import type { Command } from './call/command.ts';
import { withTalk } from './call/talk-flags.ts';

/**
 * Every command, for oclif's help and for running it. A new one is a file in `src/commands` and a line
 * here.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  completion: async () => (await import('../commands/completion.ts')).default,
  'evidence diff': async () => (await import('../commands/evidence-diff.ts')).default,
  'evidence fetch': async () => (await import('../commands/evidence-fetch.ts')).default,
  'evidence list': async () => (await import('../commands/evidence-list.ts')).default,
  'evidence mirror': async () => (await import('../commands/evidence-mirror.ts')).default,
  'evidence pointer': async () => (await import('../commands/evidence-pointer.ts')).default,
  'evidence publish': async () => (await import('../commands/evidence-publish.ts')).default,
  'evidence reveal': async () => (await import('../commands/evidence-reveal.ts')).default,
  'evidence show': async () => (await import('../commands/evidence-show.ts')).default,
  'evidence sign': async () => (await import('../commands/evidence-sign.ts')).default,
  'evidence status': async () => (await import('../commands/evidence-status.ts')).default,
  explain: async () => (await import('../commands/explain.ts')).default,
  gate: async () => (await import('../commands/gate.ts')).default,
  'gate post': async () => (await import('../commands/gate-post.ts')).default,
  'recipe canonical': async () => (await import('../commands/recipe-canonical.ts')).default,
  'recipe digest': async () => (await import('../commands/recipe-digest.ts')).default,
  'recipe lint': async () => (await import('../commands/recipe-lint.ts')).default,
  'recipe migrate': async () => (await import('../commands/recipe-migrate.ts')).default,
  'recipe resolve': async () => (await import('../commands/recipe-resolve.ts')).default,
  report: async () => (await import('../commands/report.ts')).default,
  'report merge': async () => (await import('../commands/report-merge.ts')).default,
  sandbox: async () => (await import('../commands/sandbox.ts')).default,
  'snapshot fingerprint': async () => (await import('../commands/snapshot-fingerprint.ts')).default,
  'trust export': async () => (await import('../commands/trust-export.ts')).default,
  'trust show': async () => (await import('../commands/trust-show.ts')).default,
  'trust update': async () => (await import('../commands/trust-update.ts')).default,
  validate: async () => (await import('../commands/validate.ts')).default,
  'verify-evidence': async () => (await import('../commands/verify-evidence.ts')).default,
};

/** The command that the words begin with; its name may be two words, e.g. `evidence sign`. */
export function leadingName(words: readonly string[]): string | undefined {
  return [words.slice(0, 2).join(' '), words[0] ?? ''].find((name) =>
    Object.hasOwn(COMMANDS, name),
  );
}

/** Undefined for a name that is no command. */
export async function findCommand(name: string): Promise<Command | undefined> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return load && withTalk(await load());
}

export async function allCommands(): Promise<ReadonlyMap<string, Command>> {
  const all = Object.entries(COMMANDS).map(
    async ([name, load]) => [name, withTalk(await load())] as const,
  );
  return new Map(await Promise.all(all));
}
