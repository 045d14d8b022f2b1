import { rmSync } from 'node:fs';

import { collectFiles } from '../../archive/collect.ts';
import { encodeArchive } from '../../archive/encode-archive.ts';
import { hexOf } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { withAttestation } from '../../evidence/pack/with-attestation.ts';
import { BundleReader, openInput } from '../../io/disk/bundle-source.ts';
import { STDIN, readAgain, requireFree, writeWhole } from '../../io/disk/files.ts';
import { say, warn } from '../../io/disk/talk.ts';
import { downloadBlob, partialPath, sizeOf } from '../../io/oci/partial-blob.ts';
import { olderLayout, writeLayout } from '../../io/oci/write-layout.ts';
import { interrupted } from '../../io/process/interrupt.ts';
import { refuse } from '../../place.ts';
import { NO_PAUSES, copyArtifact, openFrom, readArtifact } from '../../pointer/copy-artifact.ts';
import { wholeBlob } from '../../pointer/find-attestations.ts';
import { contentFrom, type OpenBlob } from '../../pointer/push-manifest.ts';
import type { Descriptor, Repository, StoredManifest } from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { withoutSlash } from '../call/layout-flag.ts';
import { attachedTo, onlyAttached, type Attached } from './attached-bundles.ts';
import { Final, fromFirst } from './from-first.ts';
import { namedArtifact, type NamedArtifact } from './named-artifact.ts';
import { namedAttestation } from './named-attestation.ts';
import { secondsOf } from './sign-and-write.ts';

/** What one place serves, and its layer on disk. */
interface Fetched {
  readonly from: Repository;
  readonly manifest: StoredManifest;
  readonly layer: Descriptor;
  readonly attached: readonly Attached[];
  readonly partial: string;
  /** As REF has it. */
  readonly tag: string | undefined;
}

/** Fetches an artifact: its digests are verified, and nothing else. */
export async function runEvidenceFetch(call: Call): Promise<number> {
  const { options, signal } = call;
  const only = namedAttestation(call);
  if (options.text('output') === STDIN) {
    const hint = 'name a file: a download that breaks goes on from what is beside it';
    refuse({ code: 'USAGE', at: '--output', hint }, 'standard output', 'a .tar.gz to write');
  }
  const rules = { at: 'REF', allowTag: options.has('allow-tag') };
  const named = await namedArtifact(options.required('ref'), call, rules);
  const folder = options.text('oci-layout');
  const layout = folder === undefined ? undefined : withoutSlash(folder);
  const out =
    layout ?? options.text('output') ?? `evidence-${hexOf(named.digest).slice(0, 12)}.tar.gz`;
  await (layout === undefined ? requireFree(out, options.has('force')) : olderLayout(layout));
  let partial: string | undefined;
  try {
    const fetched = await fromFirst(named.places, async (from) => {
      const { manifest, layer } = await readArtifact(from, named.digest);
      const { digest, attestation } = named;
      const first = layout === undefined ? attestation : undefined;
      const wanted = { only, areAllWanted: layout !== undefined };
      const attached = await attachedTo(from, { digest, attestation: first }, wanted);
      if (layout === undefined) onlyAttached(attached, `${from.name}@${named.digest}`);
      partial = partialPath(out, layer);
      await download(call, from, layer, partial);
      return { from, manifest, layer, attached, partial, tag: named.tag };
    });
    await write(call, out, fetched);
    sayFetched(out, fetched, named);
    return 0;
  } catch (error) {
    const size = partial === undefined ? undefined : sizeOf(partial);
    if (partial === undefined || size === undefined) throw error;
    throw withPartial(error, signal, { path: partial, size });
  }
}

async function download(
  { progress, signal, beforeWriting, waitForEnd }: Call,
  from: Repository,
  layer: Descriptor,
  partial: string,
): Promise<void> {
  await beforeWriting();
  // What is said of it then is what is there.
  waitForEnd();
  try {
    await progress('downloading', downloadBlob(from, layer, partial, signal));
  } catch (error) {
    const isOurs = error instanceof EvidenceError && error.at === escapeInvisible(partial);
    throw isOurs ? new Final('the download', { cause: error }) : error;
  }
}

/** Says what is left, and how to go on with it. */
function withPartial(
  error: unknown,
  { aborted }: AbortSignal,
  { path, size }: { readonly path: string; readonly size: number },
): unknown {
  const left = `${size} bytes are left in ${escapeInvisible(path)}`;
  if (aborted) return interrupted('run the same command again', `it goes on from there: ${left}`);
  warn(`affidavit: ${left}: the same command goes on from there\n`);
  return error;
}

async function write(call: Call, out: string, fetched: Fetched): Promise<void> {
  try {
    await (call.options.has('oci-layout') ? writeAll : writeArchive)(call, out, fetched);
  } catch (error) {
    // What the digest names is no evidence; of a layout nobody reads it.
    const isRead = !call.options.has('oci-layout');
    if (isRead && error instanceof EvidenceError && error.class === 'invalid') {
      rmSync(fetched.partial);
    }
    throw error;
  }
  rmSync(fetched.partial, { force: true });
}

async function writeArchive(call: Call, out: string, fetched: Fetched): Promise<void> {
  const { options, signal, beforeWriting, finish, progress } = call;
  const { from, attached, partial } = fetched;
  const [attestation] = attached;
  const chunks =
    attestation === undefined
      ? readAgain(partial)
      : signedArchive(partial, await wholeBlob(from, attestation.layer), signal);
  await beforeWriting();
  const writing = { force: options.has('force'), signal, onNamed: finish };
  await progress('writing the archive', writeWhole(out, chunks, writing));
}

/** As `evidence sign` writes it: the time in it is that of the statement. */
async function* signedArchive(
  partial: string,
  attestation: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const received = await collectFiles(await openInput(partial, EVIDENCE_LAYOUT), EVIDENCE_LAYOUT);
  const reader = new BundleReader(partial, EVIDENCE_LAYOUT);
  const signed = withAttestation(received, (path) => reader.open(path), attestation);
  const options = { mtime: secondsOf(signed), signal, layout: EVIDENCE_LAYOUT };
  try {
    yield* encodeArchive(signed.files, options);
  } finally {
    await reader.close();
  }
}

async function writeAll(
  { options, signal, beforeWriting, finish, progress }: Call,
  out: string,
  { from, manifest, layer, attached, partial, tag }: Fetched,
): Promise<void> {
  await beforeWriting();
  const open: OpenBlob = (blob, offset) =>
    blob.digest === layer.digest
      ? contentFrom(readAgain(partial), offset)
      : openFrom(from)(blob, offset);
  const referrers = attached.map((each) => each.manifest);
  const copied = { artifact: manifest, referrers, open, tag, force: options.has('force') };
  const writing = writeLayout(out, async (to) => await copyArtifact(to, copied, NO_PAUSES), {
    signal,
    onNamed: finish,
  });
  await progress('writing the layout', writing);
}

function sayFetched(out: string, { from, attached }: Fetched, { digest }: NamedArtifact): void {
  const signatures = attached.map((each) => each.digest).join(', ');
  const verify = commandLine(['affidavit', 'verify-evidence', pathWord(out)]);
  say(
    [
      `fetched: ${from.name}@${digest}`,
      signatures === ''
        ? 'no attestation of evidence is attached to it: it is not signed'
        : `attached: ${signatures}`,
      `digests verified; signature not judged: ${verify}`,
      '',
    ].join('\n'),
  );
  process.stdout.write(`${escapeInvisible(out)}\n`);
}
