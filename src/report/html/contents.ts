/** What a page shows that no report has: it comes from the files of the evidence. */
export interface PageContents {
  readonly files: readonly PageFile[];
  /** By phase. */
  readonly runs: ReadonlyMap<string, PhaseRun>;
  /** Of the bill of materials. */
  readonly images: readonly string[];
  readonly logs: readonly PageLog[];
}

export interface PageFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly digest: string;
}

export interface PhaseRun {
  readonly start: Date | undefined;
  readonly stop: Date | undefined;
  /** In milliseconds, of each test in the order of the report; 0 if it does not say. */
  readonly durations: readonly number[];
}

/** A log, and as much of its start as fits on a page. */
export interface PageLog {
  readonly path: string;
  readonly size: number;
  readonly start: Uint8Array;
}
