import { EvidenceError } from '../../errors/evidence-error.ts';
import { ReportStream } from '../../io/disk/report-stream.ts';
import { encodeLine } from '../../report/encode-report.ts';
import type { BatchJson } from '../../report/report-json.ts';
import type { Call } from '../call/command.ts';
import { AICR_JSON, formsOf, lookOf, type ReportForm } from '../call/report-flags.ts';
import { REPORT_FORMATS } from '../call/report-formats.ts';
import { endReports } from './deliver.ts';

/** The reports of many: JSON grows with each, and the others are made of the summary. One that has no place keeps no other from its own. */
export class BatchReports {
  readonly #call: Call;
  readonly #head: string;
  readonly #streams: readonly (readonly [ReportForm, ReportStream])[];
  #separator = '\n';

  /** @param signal aborted when not even an end is waited for */
  constructor(
    call: Call,
    { tool, schemaVersion }: Pick<BatchJson, 'tool' | 'schemaVersion'>,
    signal: AbortSignal,
  ) {
    const forms = formsOf(call);
    if (forms.some(({ format }) => format === AICR_JSON)) throw onlyOfOne();
    this.#call = call;
    this.#head = encodeLine({ schemaVersion, tool }).replace(/\}$/, ',"reports":[');
    this.#streams = forms.map((form) => [form, new ReportStream(form.output, signal)]);
  }

  async add(line: string): Promise<void> {
    for (const [{ format }, stream] of this.#streams) {
      if (format === 'jsonl') await stream.write(`${line}\n`);
      if (format === 'json') await stream.write(`${this.#start()}${line}`);
    }
    this.#separator = ',\n';
  }

  /** Throws FILE_UNWRITABLE, when the others are where they belong. */
  async end(batch: BatchJson): Promise<void> {
    const failures: EvidenceError[] = [];
    for (const [form, stream] of this.#streams) {
      await stream.write(await this.#ending(form, batch));
      failures.push(...(await stream.end()));
    }
    const forms = this.#streams.map(([form]) => form);
    const brief = async (): Promise<string> =>
      await render({ format: 'terminal', output: forms[0]?.output }, this.#call, batch);
    await endReports(this.#call, { forms, failures, brief });
  }

  async drop(cause: unknown): Promise<void> {
    const reason = new Error('the call failed', { cause });
    for (const [, stream] of this.#streams) await stream.drop(reason);
  }

  #start(): string {
    return `${this.#separator === '\n' ? this.#head : ''}${this.#separator}`;
  }

  async #ending(form: ReportForm, batch: BatchJson): Promise<string> {
    if (form.format === 'jsonl') return '';
    if (form.format !== 'json') return await render(form, this.#call, batch);
    const { summary, exitCode, repeat } = batch;
    const end = encodeLine({ summary, exitCode, repeat }).replace(/^\{/, '');
    return `${this.#separator === '\n' ? this.#head : ''}\n],${end}\n`;
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
