// The update by TUF: the only file that imports `tuf-js`, whose updater follows the client workflow of the
// specification. What it fetched is verified again before it is kept. docs/decisions/0012

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Updater, type TargetFile } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import type { Fetcher } from 'tuf-js/dist/fetcher.js';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refusal } from '../../place.ts';
import type { Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { PUBLIC_GOOD_MIRROR } from '../../trust/tuf/public-good.ts';
import type { TrustCopy } from '../../trust/tuf/trust-copy.ts';
import {
  SIGNING_CONFIG_TARGET,
  TRUSTED_ROOT_TARGET,
  listsTarget,
} from '../../trust/tuf/verify-copy.ts';
import { exchange } from '../http/client.ts';
import { readAnswer } from '../http/service-request.ts';

export interface TufUpdate {
  /** Without a slash at the end. */
  readonly mirror: string;
  readonly firstRoot: Uint8Array;
  /** What was verified before, so that nothing older is taken; undefined at the first time. */
  readonly former: TrustCopy | undefined;
  readonly now: Date;
  /** Removes what was fetched so far. */
  readonly signal: AbortSignal;
  /** For one answer of the mirror, until its last byte; 10 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Fetches the newest metadata and targets.
 *
 * @throws EvidenceError SERVICE_FAILED, TRUST_UPDATE_FAILED
 */
export async function fetchTrustCopy(update: TufUpdate): Promise<TrustCopy> {
  const folder = mkdtempSync(join(tmpdir(), 'affidavit-tuf-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  update.signal.addEventListener('abort', remove);
  try {
    return await fetchInto(folder, update);
  } finally {
    update.signal.removeEventListener('abort', remove);
    remove();
  }
}

async function fetchInto(folder: string, update: TufUpdate): Promise<TrustCopy> {
  const { mirror, former, firstRoot, now, timeoutMs = TIMEOUT_MS } = update;
  const known = former?.roots ?? [];
  writeFileSync(join(folder, 'root.json'), known.at(-1) ?? firstRoot);
  for (const name of ROLES) {
    if (former !== undefined) writeFileSync(join(folder, `${name}.json`), former[name]);
  }
  const fetcher = new MirrorFetcher(mirror, folder, timeoutMs);
  const updater = new Updater({
    metadataDir: folder,
    metadataBaseUrl: mirror,
    targetDir: folder,
    targetBaseUrl: `${mirror}/targets`,
    fetcher,
    config: LIMITS,
  });
  try {
    await updater.refresh();
    const targets = readFileSync(join(folder, 'targets.json'));
    const place: Place = { code: 'TRUST_UPDATE_FAILED', at: mirror, hint: HINT };
    const target = async (name: string): Promise<Buffer | undefined> =>
      // The updater would ask for every delegated role.
      listsTarget(targets, name, place)
        ? await download(updater, await updater.getTargetInfo(name), join(folder, 'target'))
        : undefined;
    const trustedRoot = await target(TRUSTED_ROOT_TARGET);
    if (trustedRoot === undefined) throw new Error(`no target ${TRUSTED_ROOT_TARGET}`);
    return {
      updatedAt: now,
      roots: [...known, ...fetcher.roots],
      timestamp: readFileSync(join(folder, 'timestamp.json')),
      snapshot: readFileSync(join(folder, 'snapshot.json')),
      targets,
      trustedRoot,
      signingConfig: await target(SIGNING_CONFIG_TARGET),
    };
  } catch (error) {
    // The updater keeps only the text of what it catches.
    throw fetcher.failure ?? updateFailed(mirror, error);
  }
}

const ROLES = ['timestamp', 'snapshot', 'targets'] as const;

/** In bytes. A target has no limit but the one that is signed. */
const LIMITS = {
  rootMaxLength: MAX_CONFIG_BYTES,
  timestampMaxLength: MAX_CONFIG_BYTES,
  snapshotMaxLength: MAX_CONFIG_BYTES,
  targetsMaxLength: MAX_CONFIG_BYTES,
};

async function download(
  updater: Updater,
  target: TargetFile | undefined,
  path: string,
): Promise<Buffer | undefined> {
  if (target === undefined) return undefined;
  if (target.length > MAX_CONFIG_BYTES) throw new Error(`a target of ${target.length} bytes`);
  return readFileSync(await updater.downloadTarget(target, path));
}

/** How long a mirror has for one answer. */
const TIMEOUT_MS = 10_000;

/** In place of the updater's own, which follows redirects. */
class MirrorFetcher implements Fetcher {
  /** In the order in which they came. All were accepted if the update succeeds. */
  readonly roots: Buffer[] = [];
  failure: EvidenceError | undefined;
  readonly #mirror: string;
  readonly #folder: string;

  readonly #timeoutMs: number;

  constructor(mirror: string, folder: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#mirror = mirror;
    this.#folder = folder;
  }

  async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    const namedBy = this.#mirror === PUBLIC_GOOD_MIRROR ? undefined : '--tuf-mirror';
    const service = { name: 'TUF mirror', at: this.#mirror, namedBy, secrets: [] };
    const maxBytes = Math.min(maxLength, MAX_CONFIG_BYTES);
    const answer = await exchange({ url, init: {}, timeoutMs: this.#timeoutMs, maxBytes });
    const isRoot = /\/\d+\.root\.json$/.test(url);
    if (isRoot && 'body' in answer && [403, 404].includes(answer.status)) {
      // How the updater learns that there is no newer root.
      throw new DownloadHTTPError('no newer root', answer.status);
    }
    try {
      const body = readAnswer(service, answer, (bytes) => bytes);
      if (isRoot) this.roots.push(body);
      return body;
    } catch (error) {
      if (error instanceof EvidenceError) this.failure ??= error;
      throw error;
    }
  }

  async downloadFile<T>(
    url: string,
    maxLength: number,
    handler: (file: string) => Promise<T>,
  ): Promise<T> {
    const file = join(this.#folder, 'download');
    writeFileSync(file, await this.downloadBytes(url, maxLength));
    return await handler(file);
  }
}

const HINT =
  'the former copy stays in use; check the clock of this machine; try again later, or name another mirror with --tuf-mirror';

function updateFailed(mirror: string, error: unknown): EvidenceError {
  const message = error instanceof Error ? error.message : String(error);
  const found = quote(message);
  const expected = 'metadata and targets that the keys of the TUF root signed, newer than before';
  return refusal({ code: 'TRUST_UPDATE_FAILED', at: mirror, hint: HINT }, found, expected, error);
}
