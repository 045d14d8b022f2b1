import type { BatchJson, ErrorJson, ReportJson, Shown, SummaryJson } from './report-json.ts';

/** A part of a report: a text, or its bytes. */
export type Piece = string | Uint8Array;

/** One of many reports. */
export interface OneOfMany {
  /** As it is written in JSON, in UTF-8 if not as a text. */
  readonly line: Piece;
  /** What it says, for a form that is no JSON. */
  readonly report: () => ReportJson | ErrorJson;
}

/** What is known of many before the first of them. */
export interface ManyHead extends Pick<BatchJson, 'schemaVersion' | 'tool'> {
  readonly isStored: boolean;
}

/** What is known at the end; of one report there is no summary. */
export interface Ending {
  readonly exitCode: number;
  readonly repeat?: readonly string[] | undefined;
  readonly summary?: SummaryJson | undefined;
}

/** A form that grows with each of many reports, and keeps none of them. */
export interface GrowingForm<All extends Ending = BatchJson, One = OneOfMany, Each = string> {
  readonly head: string;
  readonly each: (one: One) => Each;
  readonly end: (all: All) => string | Promise<string>;
}

/** One report in a form that is made for many. */
export async function renderAsMany(
  shown: Shown,
  grow: (isStored: boolean) => Promise<GrowingForm<Ending>>,
): Promise<string> {
  const isStored = 'stored' in shown;
  const report = isStored ? shown.stored : shown;
  const form = await grow(isStored);
  const only = 'summary' in report ? '' : form.each({ line: '', report: () => report });
  return `${form.head}${only}${await form.end(report)}`;
}
