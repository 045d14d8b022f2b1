import { createHash } from 'node:crypto';

import { archiveEntries } from '../../archive/archive-entries.ts';
import { collectFiles, plainPath } from '../../archive/collect.ts';
import { EntryRules } from '../../archive/entry-rules.ts';
import type { Entry } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT, LOGS_LAYOUT } from '../../evidence/layout.ts';
import { openInput } from '../../io/disk/bundle-source.ts';
import { STDIN, writeWhole } from '../../io/disk/files.ts';
import { bundleFolder, followed } from '../../io/disk/folders.ts';
import { lookAt, requireHarmless } from '../../io/disk/harmless-output.ts';
import { say } from '../../io/disk/talk.ts';
import { didYouMean } from '../../nearest.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import {
  NOT_VERIFIED,
  renderFile,
  renderTree,
  type FileStart,
} from '../../report/render/bundle-files.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { lookOf, outputOf } from '../call/report-flags.ts';
import { deliver } from './deliver.ts';
import { PLACES, artifactOf, requireNone } from './named-input.ts';

type Entries = AsyncIterable<Entry>;

/** Of a file that is shown; all of it may be hundreds of megabytes. */
const MAX_SHOWN_BYTES = 64 * 1024;

/** The rules of a bundle; the tree keeps no content. */
const LAYOUT = { ...LOGS_LAYOUT, documentLimit: EVIDENCE_LAYOUT.documentLimit };

export async function runEvidenceShow(call: Call): Promise<number> {
  const output = outputOf(call.options);
  const bundle = call.options.required('bundle');
  if (output !== undefined) requireHarmless('--output', output, { open: [], bundle });
  const path = call.options.text('path')?.replace(/^\.\//, '');
  if (path === undefined) await showTree(call);
  else if (call.options.text('output') === undefined) await showFile(call, path);
  else await writeFile(call, path);
  return 0;
}

async function showTree(call: Call): Promise<void> {
  const layout = { ...LAYOUT, documentLimit: () => undefined };
  const files = await reading(call, async (entries) => await collectFiles(entries, layout));
  const { width } = lookOf(call, outputOf(call.options));
  const isTerminal = call.terminal.isTTY === true && outputOf(call.options) === undefined;
  await deliver(renderTree([...files.values()], isTerminal ? width : undefined), call);
}

async function showFile(call: Call, path: string): Promise<void> {
  const found = await reading(call, async (entries) => await startOf(entries, path));
  const source = call.options.required('bundle');
  const words = ['affidavit', 'evidence', 'show', pathWord(source), path, '--output', 'FILE'];
  process.stdout.write(renderFile(found, commandLine(words)));
}

async function startOf(entries: Entries, path: string): Promise<FileStart> {
  const hash = createHash('sha256');
  const start: Uint8Array[] = [];
  let size = 0;
  for await (const piece of contentOf(entries, path)) {
    if (size < MAX_SHOWN_BYTES) start.push(piece.slice(0, MAX_SHOWN_BYTES - size));
    size += piece.length;
    hash.update(piece);
  }
  const file = { path, size, digest: `sha256:${hash.digest('hex')}` };
  return { file, start: Buffer.concat(start) };
}

/** The bytes as they are: not for a terminal, which would obey them. */
async function writeFile(call: Call, path: string): Promise<void> {
  const output = outputOf(call.options);
  const { isTTY } = call.terminal;
  if (output === undefined && isTTY === true) {
    const hint = 'leave out --output -: what is shown then is safe for a terminal';
    const place = { code: 'USAGE', at: '--output', hint } as const;
    refuse(place, 'the terminal, for bytes as they are', 'a file or a pipe');
  }
  await call.beforeWriting();
  await reading(call, async (entries) => {
    const content = contentOf(entries, path);
    if (output === undefined) for await (const piece of content) process.stdout.write(piece);
    else await writeWhole(output, content, { force: true, signal: call.signal });
  });
  say(`affidavit: ${NOT_VERIFIED}\n`);
}

/** Reads what is on disk or in a registry, once. */
async function reading<T>(call: Call, use: (entries: Entries) => Promise<T>): Promise<T> {
  const source = call.options.required('bundle');
  const artifact = await artifactOf(call, source, 'BUNDLE');
  if (artifact === undefined) {
    requireNone(call.options, 'BUNDLE', PLACES);
    const entries = await openInput(source, EVIDENCE_LAYOUT);
    requireBundle(source);
    return await use(entries);
  }
  const { readArtifact } = await import('../../pointer/copy-artifact.ts');
  const { fromFirst } = await import('./from-first.ts');
  const { digest, places } = artifact;
  const fetching = fromFirst(places, async (from) => {
    const { layer } = await readArtifact(from, digest);
    return {
      read: await use(archiveEntries(from.readBlob(layer), `${from.name}@${layer.digest}`)),
    };
  });
  return (await call.progress('fetching', fetching)).read;
}

/** Any folder has files. */
function requireBundle(source: string): void {
  const path = followed(source);
  if (source === STDIN || lookAt(path)?.isDirectory() !== true) return;
  if (bundleFolder(path, EVIDENCE_LAYOUT) !== undefined) return;
  throw new EvidenceError('BUNDLE_INCOMPLETE', {
    at: escapeInvisible(source),
    found: `a directory without ${EVIDENCE_LAYOUT.required.join(' and ')}`,
    expected: 'the directory of a bundle, or the one around its summary-bundle',
    hint: 'name a bundle; affidavit evidence list DIRECTORY finds those in a directory',
  });
}

/**
 * The content of one file. The others are read too: of what was fetched, only its end says whether its bytes are right.
 */
async function* contentOf(entries: Entries, wanted: string): AsyncGenerator<Uint8Array, void> {
  const rules = new EntryRules(LAYOUT);
  const paths: string[] = [];
  for await (const entry of entries) {
    if (entry.type !== 'file') continue;
    const path = rules.admitFile(plainPath(entry), entry.size);
    paths.push(path);
    for await (const piece of entry.content) if (path === wanted) yield piece;
  }
  if (!paths.includes(wanted)) refuseUnknown(wanted, paths);
}

function refuseUnknown(wanted: string, paths: readonly string[]): never {
  const below = paths.find((path) => path.startsWith(`${wanted.replace(/\/$/, '')}/`));
  const hint =
    below === undefined
      ? (didYouMean(wanted, paths) ?? 'leave PATH out: then all files are listed')
      : `name a file in it, e.g. ${escapeInvisible(below)}`;
  refuse({ code: 'USAGE', at: 'PATH', hint }, quote(wanted), 'the path of a file in the bundle');
}
