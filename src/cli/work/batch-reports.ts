import { EvidenceError } from '../../errors/evidence-error.ts';
import { ReportStream } from '../../io/disk/report-stream.ts';
import { encodeLine } from '../../report/encode-report.ts';
import type { ListForm } from '../../report/render/list.ts';
import type { Terminal } from '../../report/render/terminal-lines.ts';
import type { BatchJson } from '../../report/report-json.ts';
import type { Call } from '../call/command.ts';
import { AICR_JSON, formsOf, lookOf, type ReportForm } from '../call/report-flags.ts';
import { REPORT_FORMATS } from '../call/report-formats.ts';
import type { Answer } from './answer.ts';
import { endReports } from './deliver.ts';

/** Forms that show each as it comes, in place of how all ended. */
export type Lists = ReadonlyMap<string, (look: Terminal) => ListForm>;

interface Growing {
  readonly form: ReportForm;
  readonly stream: ReportStream;
  readonly list: ListForm | undefined;
}

/** The reports of many: JSON and lists grow with each, and the others are made of the summary. One that has no place keeps no other from its own. */
export class BatchReports {
  readonly #call: Call;
  readonly #jsonHead: string;
  readonly #growing: readonly Growing[];
  #separator = '\n';

  /** @param signal aborted when not even an end is waited for */
  constructor(
    call: Call,
    { tool, schemaVersion }: Pick<BatchJson, 'tool' | 'schemaVersion'>,
    signal: AbortSignal,
    lists: Lists = new Map(),
  ) {
    const forms = formsOf(call);
    if (forms.some(({ format }) => format === AICR_JSON)) throw onlyOfOne();
    this.#call = call;
    this.#jsonHead = encodeLine({ schemaVersion, tool }).replace(/\}$/, ',"reports":[');
    this.#growing = forms.map((form) => ({
      form,
      stream: new ReportStream(form.output, signal),
      list: lists.get(form.format)?.(lookOf(call, form.output)),
    }));
  }

  async add({ json, row }: Answer): Promise<void> {
    for (const { form, stream, list } of this.#growing) {
      if (form.format === 'jsonl') await stream.write(`${json}\n`);
      if (form.format === 'json') await stream.write(`${this.#start()}${json}`);
      if (list !== undefined) await stream.write(`${this.#head(list)}${list.row(row)}`);
    }
    this.#separator = ',\n';
  }

  /** Throws FILE_UNWRITABLE, when the others are where they belong. */
  async end(batch: BatchJson): Promise<void> {
    const failures: EvidenceError[] = [];
    for (const growing of this.#growing) {
      await growing.stream.write(await this.#ending(growing, batch));
      failures.push(...(await growing.stream.end()));
    }
    const forms = this.#growing.map(({ form }) => form);
    const brief = async (): Promise<string> =>
      await render({ format: 'terminal', output: forms[0]?.output }, this.#call, batch);
    await endReports(this.#call, { forms, failures, brief });
  }

  async drop(cause: unknown): Promise<void> {
    const reason = new Error('the call failed', { cause });
    for (const { stream } of this.#growing) await stream.drop(reason);
  }

  /** Standard output says itself how far it is. */
  get isPrinted(): boolean {
    return this.#growing.some(
      ({ form: { format, output }, list }) =>
        output === undefined && (list !== undefined || format.startsWith('json')),
    );
  }

  get #isEmpty(): boolean {
    return this.#separator === '\n';
  }

  #start(): string {
    return `${this.#isEmpty ? this.#jsonHead : ''}${this.#separator}`;
  }

  #head({ head }: ListForm): string {
    return this.#isEmpty ? head : '';
  }

  async #ending({ form, list }: Growing, batch: BatchJson): Promise<string> {
    if (list !== undefined) return `${this.#head(list)}${list.foot(batch)}`;
    if (form.format === 'jsonl') return '';
    if (form.format !== 'json') return await render(form, this.#call, batch);
    const { summary, exitCode, repeat } = batch;
    const end = encodeLine({ summary, exitCode, repeat }).replace(/^\{/, '');
    return `${this.#isEmpty ? this.#jsonHead : ''}\n],${end}\n`;
  }
}

async function render(
  { format, output }: ReportForm,
  call: Call,
  batch: BatchJson,
): Promise<string> {
  const dress = REPORT_FORMATS.get(format);
  if (dress === undefined) throw new TypeError(`${format} is no form of a report`);
  const isStored = batch.summary.mergedFrom !== undefined;
  return await dress(isStored ? { stored: batch } : batch, lookOf(call, output));
}

function onlyOfOne(): EvidenceError {
  return new EvidenceError('USAGE', {
    at: '--format',
    found: `${AICR_JSON}, and more than one bundle`,
    expected: 'json or jsonl, which are of any number',
    hint: 'choose another form, or verify one bundle a call',
  });
}
