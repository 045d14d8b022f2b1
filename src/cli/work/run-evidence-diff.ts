import type { ReceivedFiles } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { CHANGE_KINDS, type ChangeKind } from '../../evidence/diff/diff-evidence.ts';
import { readDocuments } from '../../evidence/diff/read-documents.ts';
import { nameOf, requireOneStdin } from '../../io/disk/files.ts';
import { lookAt, requireHarmless } from '../../io/disk/harmless-output.ts';
import { warn } from '../../io/disk/talk.ts';
import { didYouMean } from '../../nearest.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { diffJson, storedSide, unreadableSide, verifiedSide } from '../../report/diff-json.ts';
import type { ShownSide } from '../../report/diff-json.ts';
import type { Call } from '../call/command.ts';
import { lookOf, outputOf, outputsOf } from '../call/report-flags.ts';
import { deliverReports } from './deliver.ts';
import { readRules, verifyInput, type Rules } from './verify-input.ts';

export { CHANGE_KINDS } from '../../evidence/diff/diff-evidence.ts';

const SIDES = ['a', 'b'] as const;
const FILES = ['trusted-root', 'tuf-root', 'public-key', 'policy'];

export async function runEvidenceDiff(call: Call): Promise<number> {
  const { options } = call;
  const sources = SIDES.map((name) => options.required(name));
  requireOneStdin([...sources, ...FILES.map((name) => options.text(name))]);
  for (const [flag, path] of outputsOf(options)) {
    for (const bundle of sources) requireHarmless(flag, path, { open: [], bundle });
  }
  const ignored = options.texts('ignore').map(kindOf);
  const [one, other] = [await sideOf(call, 'a'), await sideOf(call, 'b')];
  const diff = diffJson(one, other, ignored);
  await deliverReports(call, async (format) => {
    if (format === 'json') {
      return (await import('../../report/encode-report.ts')).encodeReport(diff);
    }
    if (format === 'markdown') {
      return (await import('../../report/render/markdown.ts')).renderDiffMarkdown(diff);
    }
    const { renderDiffTerminal } = await import('../../report/render/terminal.ts');
    return renderDiffTerminal(diff, lookOf(call, outputOf(options)));
  });
  return diff.exitCode;
}

function kindOf(text: string): ChangeKind {
  const kind = CHANGE_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  const expected = `one of ${CHANGE_KINDS.join(', ')}`;
  const hint = didYouMean(text, CHANGE_KINDS) ?? 'name a kind of change, once for each --ignore';
  throw new EvidenceError('USAGE', { at: '--ignore', found: quote(text), expected, hint });
}

/** What is wrong with a side is shown; a call that is wrong ends. */
async function sideOf(call: Call, name: (typeof SIDES)[number]): Promise<ShownSide> {
  const source = call.options.required(name);
  try {
    return isReport(source) ? await recorded(source) : await verified(call, source);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    if (error.class !== 'invalid' && error.class !== 'unjudged') throw error;
    const { code, at = source, found, hint } = error;
    const what = `${name.toUpperCase()} cannot be compared: ${code} ${at}: found ${found}; ${hint}`;
    warn(`warning: ${escapeInvisible(what)}\n`);
    return unreadableSide(source, error);
  }
}

/** No archive has such a name. */
function isReport(source: string): boolean {
  return source.endsWith('.json') && lookAt(source)?.isFile() === true;
}

async function recorded(source: string): Promise<ShownSide> {
  const { parseStoredReport } = await import('../../report/stored-report.ts');
  const { openStored } = await import('./stored-reports.ts');
  const file = escapeInvisible(nameOf(source));
  const found = await openStored(source);
  if (found instanceof Uint8Array) return storedSide(source, await parseStoredReport(found, file));
  throw new EvidenceError('REPORT_INVALID', {
    at: file,
    found: 'a report of many bundles',
    expected: 'a bundle, or the report of one',
    hint: 'name one of the bundles, or the report that verify-evidence writes of it alone',
  });
}

async function verified(call: Call, source: string): Promise<ShownSide> {
  let documents: ReturnType<typeof readDocuments> = {};
  const received = (files: ReceivedFiles): void => {
    documents = readDocuments(files);
  };
  const rules = async (): Promise<Rules> => ({ ...(await readRules(call)), received });
  const { json } = await verifyInput(call, source, { rules, words: [] });
  return verifiedSide(source, json, documents);
}
