// What a page of one bundle shows and no report has: files, durations, images, logs.
import { collectFiles } from '../../archive/collect.ts';
import type { BundleFile, Entry, ReceivedFiles } from '../../archive/entry.ts';
import { decodeJson } from '../../document/json.ts';
import { unlessRefused } from '../../errors/evidence-error.ts';
import { readDocuments } from '../../evidence/diff/read-documents.ts';
import { EVIDENCE_LAYOUT, ctrfFile } from '../../evidence/layout.ts';
import { parseCtrf } from '../../evidence/phase/ctrf-document.ts';
import { PHASES } from '../../evidence/phase/phase.ts';
import { LogTap } from '../../evidence/verify/log-tap.ts';
import type { PageContents, PhaseRun } from '../../report/html/contents.ts';
import { renderHtml } from '../../report/html/render-html.ts';
import type { ValidationJson, VerificationJson } from '../../report/report-json.ts';
import type { Rules } from './verify-input.ts';

/** Keeps what passes by while a bundle is verified. */
export class WatchedBundle {
  #files: ReceivedFiles = new Map();
  readonly #inside = new LogTap((path) => path.startsWith('logs/'));
  readonly #beside = new LogTap((path) => !path.startsWith('originals/'));

  /** The same rules, by which all that is read is seen here too. */
  watched(rules: Rules): Rules {
    const { logs } = rules;
    return {
      ...rules,
      received: (files) => {
        this.#files = files;
      },
      passing: (entries) => this.#inside.through(entries),
      logs: logs && { ...logs, entries: this.#beside.through(logs.entries) },
    };
  }

  /** Of files that nobody vouches for only the digests are shown, and logs alone that were compared. */
  page(report: VerificationJson): string {
    const { verdict, checks } = report;
    const isSame = checks.some(
      ({ name, outcome }) => name === 'logs-match-statement' && outcome === 'passed',
    );
    const logs = [...this.#inside.logs, ...(isSame ? this.#beside.logs : [])];
    const isIntact = verdict !== 'invalid' && verdict !== 'unjudged';
    const known = { ...contentsOf(this.#files), logs };
    const shown = isIntact
      ? known
      : { ...known, runs: new Map<string, never>(), images: [], logs: [] };
    return renderHtml(report, shown);
  }
}

/** The page of a self-check, with what was packed. */
export async function packedPage(
  report: ValidationJson,
  packed: readonly BundleFile[],
): Promise<string> {
  const tap = new LogTap((path) => path.startsWith('logs/'));
  const files = await collectFiles(tap.through(entriesOf(packed)), EVIDENCE_LAYOUT);
  return renderHtml(report, { ...contentsOf(files), logs: tap.logs });
}

async function* entriesOf(files: readonly BundleFile[]): AsyncGenerator<Entry, void> {
  for (const file of files) yield { ...file, type: 'file', content: file.open() };
}

function contentsOf(files: ReceivedFiles): Omit<PageContents, 'logs'> {
  const runs = PHASES.flatMap((phase) => {
    const run = runOf(files, ctrfFile(phase));
    return run === undefined ? [] : [[phase, run] as const];
  });
  const { images = [] } = readDocuments(files);
  return { files: [...files.values()], runs: new Map(runs), images };
}

function runOf(files: ReceivedFiles, path: string): PhaseRun | undefined {
  const bytes = files.get(path)?.bytes;
  const report = bytes && unlessRefused(() => parseCtrf(decodeJson(bytes, path), path));
  return report && { ...report.run, durations: report.tests.map(({ duration }) => duration) };
}
