// SARIF 2.1.0 for code scanning: one run, in which each fault is a result. Without a result all looks well, so there is
// one for whatever is not verified.
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { commandLine } from '../../shell-words.ts';
import { AFFIDAVIT } from '../../tool.ts';
import { sayNotJudged } from '../blocks/batch-blocks.ts';
import { FROM_STORED } from '../blocks/report-blocks.ts';
import { encodeLine } from '../encode-report.ts';
import { explanations, wordsOf } from '../explain.ts';
import type { Ending, GrowingForm } from '../growing-form.ts';
import type { ErrorJson, ReportJson, SummaryJson } from '../report-json.ts';
import { LEVELS, MORE_RULES, STORED, complaintsOf, resultJson } from './sarif-results.ts';
import { withoutLinks, type Complaint, type Level } from './sarif-results.ts';

const MOST = {
  /** Of all results: GitHub takes 10 MB after compression, and 25,000 results, of which no more than this can be. It shows 5,000. */
  bytes: 8_000_000,
  notifications: 100,
  /** Characters of a command, as in other reports, and of what GitHub shows of a rule. */
  command: 8000,
  description: 1000,
};

/** @param errors the page docs/errors.md, in which each rule has its section */
export function growSarif(errors: string, isStored: boolean): GrowingForm<Ending> {
  const run = new Run(isStored);
  const stored = isStored ? { properties: { comment: FROM_STORED } } : {};
  const log = { ...stored, $schema: SCHEMA, version: '2.1.0' };
  return {
    head: `${encodeLine(log).replace(/\}$/, '')},"runs":[{"results":[${run.begin()}`,
    each: ({ report }) => run.add(report()),
    end: (all) => {
      const invocations = [run.invocation(all)];
      const rest = { tool: { driver: run.driver(errors) }, invocations };
      return `\n],${encodeLine(rest).replace(/^\{/, '')}]}\n`;
    },
  };
}

/** One run with these results. */
export function renderSarif(
  errors: string,
  complaints: readonly Complaint[],
  ending: Ending,
): string {
  const run = new Run(false);
  const results = run.addAll(complaints, '');
  const rest = { tool: { driver: run.driver(errors) }, invocations: [run.invocation(ending)] };
  const log = encodeLine({ $schema: SCHEMA, version: '2.1.0' }).replace(/\}$/, '');
  return `${log},"runs":[{"results":[${results}\n],${encodeLine(rest).replace(/^\{/, '')}]}\n`;
}

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

class Run {
  readonly #isStored: boolean;
  readonly #rules = new Set<string>();
  readonly #notes: object[] = [];
  #isWhole = true;
  #bytes = 0;
  readonly #leftOut = { results: 0, notifications: 0 };

  constructor(isStored: boolean) {
    this.#isStored = isStored;
  }

  begin(): string {
    if (!this.#isStored) return '';
    this.#isWhole = false;
    this.#note('error', FROM_STORED);
    return this.#result(STORED, [STORED.rule]);
  }

  add(report: ReportJson | ErrorJson): string {
    const recipe = ('recipe' in report ? report.recipe?.name : undefined) ?? '';
    return this.addAll(complaintsOf(report), recipe);
  }

  /** @param about what else stays the same when it is judged again */
  addAll(complaints: readonly Complaint[], about: string): string {
    const counts = new Map<string, number>();
    return complaints
      .map((complaint) => {
        const { rule, at, text } = complaint;
        const same = JSON.stringify([rule, at]);
        const count = counts.get(same) ?? 0;
        counts.set(same, count + 1);
        if (!complaint.isOfEvidence) this.#fail(`${complaint.subject}: ${text}`, rule);
        return this.#result(complaint, [rule, at, about, count]);
      })
      .join('');
  }

  invocation({ exitCode, repeat = [], summary }: Ending): object {
    if (summary !== undefined) this.#sayLeft(summary);
    const { results, notifications } = this.#leftOut;
    if (results > 0) this.#note('warning', `${results} more results are left out.`);
    if (notifications > 0) this.#note('warning', `${notifications} more of these are left out.`);
    const command = this.#isStored ? '' : commandLine(repeat);
    return {
      executionSuccessful: this.#isWhole,
      ...(this.#isStored
        ? { exitCodeDescription: `recorded: ${exitCode}; ${FROM_STORED}` }
        : { exitCode }),
      ...(command !== '' && command.length <= MOST.command && { commandLine: command }),
      toolExecutionNotifications: this.#notes,
    };
  }

  #sayLeft(summary: SummaryJson): void {
    if (summary.stopped !== undefined) this.#fail('What came later was not judged.');
    for (const said of sayNotJudged(summary)) this.#note('warning', said);
  }

  /** Of a stored report another name: it must replace no results of the program that verifies. */
  driver(errors: string): object {
    const { name, version } = AFFIDAVIT;
    const pages = explanations({ errors, verification: '', cli: '' });
    const rules = [...this.#rules].map((id) => {
      const text = pages.find(({ names }) => names[0] === id)?.text;
      return ruleJson(id, text === undefined ? MORE_RULES.get(id) : wordsOf(text).join('\n'));
    });
    const own = { version, semanticVersion: version, rules };
    if (!this.#isStored) return { name, ...own };
    return { name: `${name} report`, fullDescription: { text: FROM_STORED }, ...own };
  }

  #result(complaint: Complaint, key: readonly (string | number)[]): string {
    const text = encodeLine(resultJson(complaint, key));
    const size = Buffer.byteLength(text) + 2;
    if (this.#bytes + size > MOST.bytes) {
      this.#leftOut.results += 1;
      return '';
    }
    this.#rules.add(complaint.rule);
    this.#bytes += size;
    return `${this.#bytes === size ? '' : ','}\n${text}`;
  }

  #fail(text: string, rule?: string): void {
    this.#isWhole = false;
    this.#note('error', text, rule);
  }

  #note(level: Level, text: string, rule?: string): void {
    if (this.#notes.length >= MOST.notifications && level === 'error') {
      this.#leftOut.notifications += 1;
      return;
    }
    if (rule !== undefined) this.#rules.add(rule);
    const associatedRule = rule === undefined ? {} : { associatedRule: { id: rule } };
    this.#notes.push({ level, message: { text: withoutLinks(text) }, ...associatedRule });
  }
}

function ruleJson(id: string, page = ''): object {
  const [kind, meaning] = new Map<string, readonly [keyof typeof LEVELS, string]>(
    Object.entries(ERROR_CATALOGUE),
  ).get(id) ?? ['failed', page];
  return {
    id,
    shortDescription: { text: meaning },
    fullDescription: { text: page.slice(0, MOST.description) },
    help: { text: page },
    defaultConfiguration: { level: LEVELS[kind] },
  };
}
