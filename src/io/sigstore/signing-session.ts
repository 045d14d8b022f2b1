import type { KeyObject } from 'node:crypto';

import type { Signer, Signing } from '../../attestation/seal.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { SourcedToken } from '../../sign/identity-token.ts';
import type { SigningConfig } from '../../sign/signing-config.ts';
import type { KeyKind } from '../../trust/key-kind.ts';
import { isKeySigner } from '../../trust/trust.ts';
import type { Identity, ProvenSigner, SigstoreTrust } from '../../trust/trust.ts';
import { sigstoreTrust } from '../../trust/verify/sigstore-trust.ts';
import {
  requireSandboxFiles,
  sandboxFolder,
  stageSandboxFiles,
  type StagedFiles,
} from '../sandbox/sandbox-files.ts';
import { useCaCertificates } from './ca-certificates.ts';
import type { FoundToken, TokenChoice } from './identity-token-sources.ts';
import { openTrustCache, readSigningConfig, readTrust } from './read-trust.ts';
import { readNamed, servicePaths } from './service-paths.ts';
import { openSigningJournal, type LeftSigning, type SigningJournal } from './signing-journal.ts';
import type { TrustCacheChoice } from './trust-cache.ts';

export interface SigningChoice {
  /** Sign with a sandbox of this process, whose root is left in `<out>.sandbox/`. */
  readonly sandbox: boolean;
  /** Where the archive will be. */
  readonly out: string;
  readonly token: TokenChoice;
  /** Sign with this key, not with a token: a file, or `NAME://REF`. */
  readonly key?: string | undefined;
  readonly signingConfig: string | undefined;
  readonly trustedRoot: string | undefined;
  /** What is used if neither a flag nor the environment names a file. */
  readonly trustCache?: TrustCacheChoice | undefined;
  readonly caCertificates: string | undefined;
  /** What is to be signed was packed before. */
  readonly isPacked?: boolean;
  /** Take a certificate that no certificate log promised to show, if the root lists no such log. */
  readonly allowMissingSct: boolean;
  /** Shows whom a certificate names, if nothing says it beforehand, or if it is of an interrupted signing. */
  readonly show: (signer: Identity, interrupted?: Date) => void;
  /** Hears that what an earlier signing left is of no use for this one. */
  readonly replaces: () => void;
  /** Where a token, and paths that are not given, may be. */
  readonly environment: NodeJS.ProcessEnv;
  /** Ends a login, and the wait for a password. */
  readonly signal?: AbortSignal;
}

/** @param inDoubt where nothing says what the certificate of the one says beside the name */
export type IsOurs = (signer: ProvenSigner, inDoubt: boolean) => Promise<boolean>;

/** Everything that signing needs, before any work is done. */
export interface SigningSession {
  readonly signing: Signing;
  /** The trusted root under which the signature verifies; undefined: the embedded one. */
  readonly rootPath: string | undefined;
  /** Writes the root of a sandbox under a name that nobody reads; a service has its root elsewhere. */
  readonly stageRoot?: () => StagedFiles;
  /**
   * Removes what is left to go on with. Once it is written, nothing is to be done any more. Before that it
   * is for a wrong answer of a service: with it, going on would fail again each time. What an earlier
   * signing left stays then: it may go on still.
   */
  readonly forget: (isWritten: boolean) => void;
  /** What is there to go on with, once this signing has failed or was interrupted. */
  readonly left: () => LeftSigning | undefined;
  /** Whether it is who signs now; absent for a sandbox, whose root vouches for nothing that was signed before. */
  readonly isOurs?: IsOurs;
  /** Ends a sandbox; nothing to do for a service. */
  readonly close?: () => Promise<void>;
}

/**
 * @throws EvidenceError TOKEN_MISSING, SIGNING_CONFIG_INVALID, TRUSTED_ROOT_INVALID, FILE_UNREADABLE, and of a key
 *   KEY_INVALID, KEY_LOCKED, KEY_PLUGIN_FAILED
 */
export async function openSigning(choice: SigningChoice): Promise<SigningSession> {
  return await (choice.sandbox ? sandboxSigning(choice) : serviceSigning(choice));
}

async function serviceSigning(choice: SigningChoice): Promise<SigningSession> {
  const cache = openTrustCache(choice.trustCache);
  const journal = openSigningJournal(choice.out);
  const signs = await whoSigns(choice, journal);
  const rootPath = choice.trustedRoot ?? servicePaths(choice.environment).AFFIDAVIT_TRUSTED_ROOT;
  const { allowMissingSct } = choice;
  const trust = await readNamed(
    choice.trustedRoot,
    'AFFIDAVIT_TRUSTED_ROOT',
    choice.environment,
    async (path) => await readTrust(path, cache, { ...signs, allowMissingSct }),
  );
  const signer = signs.signerUnder(trust);
  const { remove: forget, left } = journal;
  return { signing: { signer, trust }, rootPath, forget, left, isOurs: signs.isOurs };
}

/**
 * Who would sign with services, before anything is asked of them.
 *
 * @throws EvidenceError TOKEN_MISSING if nothing says it, SIGNING_CONFIG_INVALID, FILE_UNREADABLE, and of a key
 */
export async function whoSigns(choice: SigningChoice, journal?: SigningJournal): Promise<Signs> {
  await useCaCertificates(choice.caCertificates);
  const signingConfig = await readNamed(
    choice.signingConfig,
    'AFFIDAVIT_SIGNING_CONFIG',
    choice.environment,
    async (path) => await readSigningConfig(path, openTrustCache(choice.trustCache)),
  );
  return await (choice.key === undefined
    ? signWithToken(choice, signingConfig, journal)
    : signWithKey(choice.key, choice, () => signingConfig));
}

/** Who signs, and the keys by which that is verified. */
interface Signs extends Required<Pick<SigningSession, 'isOurs'>> {
  readonly signerUnder: (trust: SigstoreTrust) => Signer;
  readonly publicKeys: readonly KeyObject[];
}

async function signWithToken(
  choice: SigningChoice,
  signingConfig: SigningConfig,
  journal?: SigningJournal,
): Promise<Signs> {
  const { audienceOf, findIdentityToken } = await import('./identity-token-sources.ts');
  const { keylessSigner, mayBe } = await import('./keyless-signer.ts');
  const find = async (): Promise<FoundToken> =>
    await findIdentityToken(choice.token, { ...choice, signingConfig });
  const { identityToken, login } = choice.token;
  // Who signs now is compared with an interrupted signing, which needs no token otherwise.
  const named = (identityToken ?? login) === undefined ? undefined : await find();
  const isBegun = journal?.found !== undefined;
  const found = named ?? (await (isBegun ? find().catch(noneIfMissing) : find()));
  const token =
    found === undefined || isBegun ? async () => await readNow(found ?? (await find())) : found;
  const audience = audienceOf(choice.token);
  const signing = {
    signingConfig,
    token,
    audience,
    now: new Date(),
    show: choice.show,
    replaces: choice.replaces,
    journal,
    resumeAs: found,
  };
  return {
    signerUnder: (trust) => keylessSigner({ ...signing, trust }),
    publicKeys: [],
    isOurs: async (signer, inDoubt) =>
      !isKeySigner(signer) &&
      (await mayBe(signer, await readNow(found ?? (await find())), inDoubt)),
  };
}

function noneIfMissing(error: unknown): undefined {
  if (!(error instanceof EvidenceError) || error.code !== 'TOKEN_MISSING') throw error;
}

async function readNow(found: FoundToken): Promise<SourcedToken> {
  return typeof found === 'function' ? await found() : found;
}

async function signWithKey(
  key: string,
  choice: SigningChoice,
  configFor: (kind: KeyKind) => SigningConfig,
): Promise<Signs> {
  const { readKey } = await import('./read-key.ts');
  const { keySigner } = await import('./key-signer.ts');
  const credential = await readKey(key, choice);
  const { publicKey } = credential;
  const signingConfig = configFor(publicKey.kind);
  const signing = { credential, signingConfig, now: new Date() };
  const signerUnder = (trust: SigstoreTrust): Signer => keySigner({ ...signing, trust });
  const isOurs = async (signer: ProvenSigner): Promise<boolean> =>
    await Promise.resolve(isKeySigner(signer) && signer.publicKey.equals(publicKey.spki));
  return { signerUnder, publicKeys: [publicKey.key], isOurs };
}

async function sandboxSigning(choice: SigningChoice): Promise<SigningSession> {
  const { startSandbox } = await import('../sandbox/sandbox-server.ts');
  const { logVersionsFor } = await import('../../sign/key-credential.ts');
  const { parseSigningConfig } = await import('../../sign/signing-config.ts');
  const directory = sandboxFolder(choice.out);
  const rootPath = `${directory}/trusted_root.json`;
  requireSandboxFiles(directory);
  const { remove: forget, left } = openSigningJournal(choice.out);
  const sandbox = await startSandbox();
  const close = async (): Promise<void> => {
    await sandbox.close();
  };
  const config = (name: keyof typeof sandbox.signingConfigs): SigningConfig => {
    const json = Buffer.from(JSON.stringify(sandbox.signingConfigs[name]));
    return parseSigningConfig(json, `${directory}/${name}`);
  };
  try {
    const token = { ...choice.token, identityToken: sandbox.token() };
    const signs = await (choice.key === undefined
      ? signWithToken({ ...choice, token }, config('signing_config.json'))
      : signWithKey(choice.key, choice, (kind) =>
          config(
            logVersionsFor(kind).includes(1) ? 'signing_config.json' : 'signing_config.v2-tsa.json',
          ),
        ));
    const root = Buffer.from(JSON.stringify(sandbox.trustedRoot));
    const trust = sigstoreTrust(root, rootPath, signs);
    const signer = signs.signerUnder(trust);
    const stageRoot = (): StagedFiles => stageSandboxFiles(directory, sandbox);
    return { signing: { signer, trust }, rootPath, stageRoot, forget, left, close };
  } catch (error) {
    await close();
    throw error;
  }
}
