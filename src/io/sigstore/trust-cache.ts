// The copy that `trust update` keeps. Anybody may have written there, so it is verified from the first root
// on each time. docs/decisions/0012

import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { digestOf, hexOf } from '../../digest.ts';
import { timestampOf } from '../../document/time.ts';
import { EvidenceError, withCode } from '../../errors/evidence-error.ts';
import { MAX_TRUST_COPY_AGE_MS, MAX_TRUST_COPY_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import type { Place } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { parseSigningConfig } from '../../sign/signing-config.ts';
import { parseTrustedRoot } from '../../trust/parse-trusted-root.ts';
import { COPY_MEANING, encodeTrustCopy, parseTrustCopy } from '../../trust/tuf/trust-copy.ts';
import type { TrustCopy } from '../../trust/tuf/trust-copy.ts';
import {
  SIGNING_CONFIG_TARGET,
  TRUSTED_ROOT_TARGET,
  requireTufRoot,
  verifyTrustCopy,
  type CopyVersions,
} from '../../trust/tuf/verify-copy.ts';
import { nameOf, readConfig, readFileBounded, writeWhole } from '../disk/files.ts';
import { orUnwritable } from '../disk/system-error.ts';

export interface TrustCacheChoice {
  /** A root.json that everything starts from; undefined: the embedded one of the public-good instance. */
  readonly tufRoot: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** A copy that was verified. */
export interface CachedTrust {
  /** Where it is. */
  readonly file: string;
  readonly copy: TrustCopy;
  readonly versions: CopyVersions;
  /** What its trusted root and signing config are called. */
  readonly source: string;
  /** Whole days since the update. */
  readonly ageDays: number;
}

/**
 * The copy, verified, and not too old. No network.
 *
 * @throws EvidenceError TUF_ROOT_INVALID, TRUST_CACHE_MISSING, TRUST_CACHE_INVALID, TRUST_CACHE_STALE
 */
export async function readTrustCache(choice: TrustCacheChoice, now: Date): Promise<CachedTrust> {
  const place = await findPlace(choice);
  const copy = await readCopy(place.file);
  const versions = verifyTrustCopy(copy, place.firstRoot, meaningOf(place.file));
  const age = requireRecent(copy, place.file, now);
  return { ...place, copy, versions, ageDays: Math.floor(age / DAY_MS) };
}

/**
 * Fetches the newest, and keeps it if all of it verifies and can be used. Otherwise the former copy stays.
 *
 * @throws EvidenceError TUF_ROOT_INVALID, SERVICE_FAILED, TRUST_UPDATE_FAILED, FILE_UNWRITABLE
 */
export async function updateTrustCache(
  choice: TrustCacheChoice & { readonly mirror: string },
  now: Date,
  signal: AbortSignal,
): Promise<UpdatedTrust> {
  const { mirror } = choice;
  const place = await findPlace(choice);
  const { fetchTrustCopy } = await import('./tuf-update.ts');
  const { former, refused } = await readFormer(place);
  const copy = await fetchTrustCopy({
    ...{ mirror, firstRoot: place.firstRoot.bytes, former },
    ...{ now, signal },
  });
  const versions = requireUsable(copy, place.firstRoot, mirror);
  orUnwritable(place.file, () => mkdirSync(dirname(place.file), { recursive: true }));
  await writeWhole(place.file, [Buffer.from(encodeTrustCopy(copy))], { force: true, signal });
  return { ...place, copy, versions, ageDays: 0, refused };
}

/** What an update left, and what it found there. */
export interface UpdatedTrust extends CachedTrust {
  /** Why the former copy protected from nothing, if there was one that did not verify. */
  readonly refused: EvidenceError | undefined;
}

/** Throws SIGNING_CONFIG_INVALID if the repository has none. */
export function requireSigningConfig({ copy, file }: CachedTrust): Uint8Array {
  if (copy.signingConfig !== undefined) return copy.signingConfig;
  throw new EvidenceError('SIGNING_CONFIG_INVALID', {
    at: escapeInvisible(file),
    found: `no ${SIGNING_CONFIG_TARGET} in this TUF repository`,
    expected: 'a signing config',
    hint: 'name one with --signing-config',
  });
}

const DAY_MS = 24 * 60 * 60 * 1000;

interface CachePlace {
  readonly file: string;
  readonly firstRoot: { readonly bytes: Uint8Array; readonly file: string };
  readonly source: string;
}

/** Each first root has its own file, so that no root is believed in the place of another. */
async function findPlace({ tufRoot, environment }: TrustCacheChoice): Promise<CachePlace> {
  const { firstRoot, source } = await readFirstRoot(tufRoot);
  requireTufRoot(firstRoot.bytes, firstRoot.file);
  const name = `tuf-${hexOf(digestOf(firstRoot.bytes)).slice(0, 16)}.json`;
  return { file: join(cacheFolder(environment), name), firstRoot, source };
}

async function readFirstRoot(path: string | undefined): Promise<Omit<CachePlace, 'file'>> {
  if (path !== undefined) {
    const file = escapeInvisible(nameOf(path));
    const bytes = await readConfig(path, 'tuf-root', 'TUF_ROOT_INVALID');
    return { firstRoot: { bytes, file }, source: `copy by TUF from ${file}` };
  }
  const { PUBLIC_GOOD_TUF_SOURCE, publicGoodTufRoot } =
    await import('../../trust/tuf/public-good.ts');
  const firstRoot = { bytes: publicGoodTufRoot(), file: PUBLIC_GOOD_TUF_SOURCE };
  return { firstRoot, source: 'public-good copy by TUF' };
}

/** Where programs of a user keep their data. https://specifications.freedesktop.org/basedir-spec/ */
function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const named = environment['AFFIDAVIT_TRUST_CACHE'] ?? '';
  return named === '' ? join(dataFolder(environment), 'trust') : named;
}

function dataFolder(environment: NodeJS.ProcessEnv): string {
  const home = homedir();
  if (process.platform === 'darwin') {
    return join(home, 'Library', 'Application Support', 'affidavit');
  }
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'affidavit');
  }
  const data = environment['XDG_DATA_HOME'] ?? '';
  // The specification says to ignore a path that is not absolute.
  return join(data.startsWith('/') ? data : join(home, '.local', 'share'), 'affidavit');
}

async function readCopy(file: string): Promise<TrustCopy> {
  try {
    const bytes = await readFileBounded(file, MAX_TRUST_COPY_BYTES, 'trust-cache');
    return parseTrustCopy(bytes, escapeInvisible(file));
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    if (error.code === 'LIMIT_EXCEEDED') throw withCode(error, COPY_MEANING.code);
    throw isAbsent(error) ? missing(file, error) : error;
  }
}

function isAbsent({ cause }: EvidenceError): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

function missing(file: string, cause: EvidenceError): EvidenceError {
  return new EvidenceError('TRUST_CACHE_MISSING', {
    at: escapeInvisible(file),
    found: 'no such file',
    expected: 'what affidavit trust update wrote, for this TUF root',
    hint: 'run affidavit trust update, with the same --tuf-root and AFFIDAVIT_TRUST_CACHE; or leave --trust-cache out, and the embedded root is used',
    cause,
  });
}

/** In milliseconds. */
function requireRecent({ updatedAt }: TrustCopy, file: string, now: Date): number {
  const age = now.getTime() - updatedAt.getTime();
  if (age >= 0 && age <= MAX_TRUST_COPY_AGE_MS) return age;
  const at = `${escapeInvisible(file)}#/updatedAt`;
  if (age < 0) {
    const hint = `check the clock of this machine; if it is right, ${COPY_MEANING.hint}`;
    const found = `the time ${timestampOf(updatedAt)}, in the future`;
    refuse({ code: 'TRUST_CACHE_INVALID', at, hint }, found, 'a time in the past');
  }
  throw new EvidenceError('TRUST_CACHE_STALE', {
    at,
    found: `an update ${Math.floor(age / DAY_MS)} days ago, at ${timestampOf(updatedAt)}`,
    expected: `one in the last ${MAX_TRUST_COPY_AGE_MS / DAY_MS} days`,
    hint: 'run affidavit trust update; or leave --trust-cache out, and the embedded root is used',
  });
}

/** What does not verify protects from nothing, and is replaced. Its age does not matter. */
async function readFormer({
  file,
  firstRoot,
}: CachePlace): Promise<{ former: TrustCopy | undefined; refused: EvidenceError | undefined }> {
  try {
    const former = await readCopy(file);
    verifyTrustCopy(former, firstRoot, meaningOf(file));
    return { former, refused: undefined };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const { code } = error;
    if (code === 'TRUST_CACHE_MISSING') return { former: undefined, refused: undefined };
    if (code === 'TRUST_CACHE_INVALID') return { former: undefined, refused: error };
    throw error;
  }
}

function meaningOf(file: string): Place {
  return { ...COPY_MEANING, at: escapeInvisible(file) };
}

/** The copy as `readTrustCache` will read it, and that what is in it can be used. */
function requireUsable(
  copy: TrustCopy,
  firstRoot: CachePlace['firstRoot'],
  mirror: string,
): CopyVersions {
  const place: Place = {
    code: 'TRUST_UPDATE_FAILED',
    at: mirror,
    hint: 'the former copy stays in use; tell whoever runs the mirror, and check the clock of this machine',
  };
  const versions = verifyTrustCopy(copy, firstRoot, place);
  parseTrustedRoot(copy.trustedRoot, `${mirror}/targets/${TRUSTED_ROOT_TARGET}`);
  if (copy.signingConfig !== undefined) {
    parseSigningConfig(copy.signingConfig, `${mirror}/targets/${SIGNING_CONFIG_TARGET}`);
  }
  return versions;
}
