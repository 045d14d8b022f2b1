// The table of registries: what holds at which of them.
import type { Ended } from './processes.ts';
import type { LocalRegistry } from './registries.ts';
import type { Report, Table } from './report.ts';

/** What was asserted, and of which registries. */
export class Rows {
  readonly #report: Report;
  readonly #rows = new Map<string, Map<string, string>>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** A cell of the page, in one word. */
  say({ name }: LocalRegistry, what: string, word: string): void {
    const row = this.#rows.get(what) ?? new Map<string, string>();
    row.set(name, word);
    this.#rows.set(what, row);
  }

  assert(registry: LocalRegistry, what: string, holds: boolean, found: string): void {
    this.#report.assert(`${registry.name}: ${what}`, holds, found);
    this.say(registry, what, holds ? 'yes' : 'no');
  }

  /** It ended with this exit code. */
  ended(registry: LocalRegistry, what: string, { status, output }: Ended, wanted = 0): void {
    this.assert(registry, what, status === wanted, `exit code ${status}\n${output}`);
  }

  table(registries: readonly LocalRegistry[]): Table {
    const names = registries.map(({ name }) => name);
    const rows = [...this.#rows].map(([what, cells]) => {
      return [what, ...names.map((name) => cells.get(name) ?? '')];
    });
    return { head: ['', ...names], rows };
  }
}
