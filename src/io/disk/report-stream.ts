import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { printReport } from './print-report.ts';

/** A report that is written while it is made. If it cannot be written, what follows goes nowhere, and `end` says why. */
export class ReportStream {
  readonly #pipe = new PassThrough();
  readonly #written: Promise<readonly EvidenceError[]>;

  constructor(output: string | undefined, signal: AbortSignal) {
    // Whoever reads it meets the error too, perhaps later.
    this.#pipe.on('error', () => undefined);
    this.#written = this.#print(output, signal);
    // A bug is thrown when somebody waits for the end.
    this.#written.catch(() => undefined);
  }

  /** Waits while whoever reads is slower. */
  async write(text: string | Uint8Array): Promise<void> {
    if (!this.#pipe.writable || this.#pipe.write(text)) return;
    await Promise.race([once(this.#pipe, 'drain'), this.#written]).catch(() => undefined);
  }

  /** The end of the report. Gives what kept it from its place. */
  async end(): Promise<readonly EvidenceError[]> {
    this.#pipe.end();
    return await this.#written;
  }

  /** Nothing of it stays in a file. */
  async drop(reason: Error): Promise<void> {
    this.#pipe.destroy(reason);
    await this.#written.catch(() => undefined);
  }

  async #print(output: string | undefined, signal: AbortSignal): Promise<readonly EvidenceError[]> {
    try {
      await printReport(this.#pipe, output, signal);
      return [];
    } catch (error) {
      this.#pipe.destroy();
      if (error instanceof EvidenceError && error.code === 'FILE_UNWRITABLE') return [error];
      throw error;
    }
  }
}
