import type { Row } from '../../batch/row.ts';
import type { EvidenceError } from '../../errors/evidence-error.ts';
import { ReportStream } from '../../io/disk/report-stream.ts';
import { refusal } from '../../place.ts';
import type { GrowingForm, ManyHead, OneOfMany, Piece } from '../../report/growing-form.ts';
import type { ListForm } from '../../report/render/list.ts';
import type { Terminal } from '../../report/render/terminal-lines.ts';
import type { BatchJson } from '../../report/report-json.ts';
import type { Call } from '../call/command.ts';
import { AICR_JSON, formsOf, lookOf, type ReportForm } from '../call/report-flags.ts';
import { GROWING_FORMATS, REPORT_FORMATS } from '../call/report-formats.ts';
import { endReports } from './deliver.ts';
import { pagesOf } from './pages.ts';

/** Forms that show each as it comes, in place of how all ended. */
export type Lists = ReadonlyMap<string, (look: Terminal) => ListForm>;

/** What is known before the first, and how a command shows each. */
interface Head extends ManyHead {
  readonly lists?: Lists | undefined;
}

/** A report, and what a list shows of it. */
export interface ReportAndRow extends OneOfMany {
  readonly row: Row;
}

type Form = GrowingForm<BatchJson, ReportAndRow, string | readonly Piece[]>;

interface Growing {
  readonly form: Form;
  readonly stream: ReportStream;
  /** Standard output says itself how far it is. */
  readonly isPrinted: boolean;
}

/** The reports of many, each of which grows as its form does. One that has no place keeps no other from its own. */
export class BatchReports {
  readonly #call: Call;
  readonly #growing: readonly Growing[];
  readonly #brief: Form;
  #hasBegun = false;

  /** @param signal aborted when not even an end is waited for */
  static async open(call: Call, head: Head, signal: AbortSignal): Promise<BatchReports> {
    const asked = formsOf(call);
    if (asked.some(({ format }) => format === AICR_JSON)) throw onlyOfOne();
    const forms = await Promise.all(asked.map(async (form) => await formOf(form, head, call)));
    const growing = forms.map((form, index) => {
      const { format = '', output } = asked[index] ?? {};
      const grows = head.lists?.has(format) === true || GROWING_FORMATS.has(format);
      const stream = new ReportStream(output, signal);
      return { form, stream, isPrinted: grows && output === undefined };
    });
    const brief = summaryIn({ format: 'terminal', output: asked[0]?.output }, head, call);
    return new BatchReports(call, growing, brief);
  }

  private constructor(call: Call, growing: readonly Growing[], brief: Form) {
    this.#call = call;
    this.#growing = growing;
    this.#brief = brief;
  }

  get isPrinted(): boolean {
    return this.#growing.some(({ isPrinted }) => isPrinted);
  }

  async add(one: ReportAndRow): Promise<void> {
    await this.#write(({ each }) => each(one));
  }

  /** Throws FILE_UNWRITABLE, when the others are where they belong. */
  async end(batch: BatchJson): Promise<void> {
    await this.#write(async ({ end }) => await end(batch));
    const failures: EvidenceError[] = [];
    for (const { stream } of this.#growing) failures.push(...(await stream.end()));
    const brief = async (): Promise<string> => await this.#brief.end(batch);
    await endReports(this.#call, { forms: formsOf(this.#call), failures, brief });
  }

  async drop(cause: unknown): Promise<void> {
    const reason = new Error('the call failed', { cause });
    for (const { stream } of this.#growing) await stream.drop(reason);
  }

  /** What fails before there is anything to write has only its error to say. */
  async #write(part: (form: Form) => string | readonly Piece[] | Promise<string>): Promise<void> {
    for (const { form, stream } of this.#growing) {
      const pieces = [this.#hasBegun ? '' : form.head, await part(form)].flat();
      for (const piece of pieces) if (piece.length > 0) await stream.write(piece);
    }
    this.#hasBegun = true;
  }
}

async function formOf(asked: ReportForm, head: Head, call: Call): Promise<Form> {
  const list = head.lists?.get(asked.format)?.(lookOf(call, asked.output));
  if (list !== undefined) {
    return { head: list.head, each: ({ row }) => list.row(row), end: list.foot };
  }
  const grow = GROWING_FORMATS.get(asked.format);
  return (await grow?.(head, pagesOf(call))) ?? summaryIn(asked, head, call);
}

/** The form of a report that shows no single one of many. */
function summaryIn({ format, output }: ReportForm, { isStored }: Head, call: Call): Form {
  const dress = REPORT_FORMATS.get(format);
  if (dress === undefined) throw new TypeError(`${format} is no form of a report`);
  return {
    head: '',
    each: () => '',
    end: async (batch) =>
      await dress(isStored ? { stored: batch } : batch, lookOf(call, output), pagesOf(call)),
  };
}

function onlyOfOne(): EvidenceError {
  const hint = 'choose another form, or verify one bundle a call';
  const found = `${AICR_JSON}, and more than one bundle`;
  return refusal({ code: 'USAGE', at: '--format', hint }, found, 'a form that is of any number');
}
