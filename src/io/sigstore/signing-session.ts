import type { Signing } from '../../attestation/seal.ts';
import { sigstoreTrust } from '../../trust/verify/sigstore-trust.ts';
import {
  requireSandboxFiles,
  sandboxFolder,
  stageSandboxFiles,
  type StagedFiles,
} from '../sandbox/sandbox-files.ts';
import { useCaCertificates } from './ca-certificates.ts';
import type { TokenChoice } from './identity-token-sources.ts';
import { openTrustCache, readTrust } from './read-trust.ts';
import { servicePaths } from './service-paths.ts';
import type { TrustCacheChoice } from './trust-cache.ts';

export interface SigningChoice {
  /** Sign with a sandbox of this process, whose root is left in `<out>.sandbox/`. */
  readonly sandbox: boolean;
  /** Where the archive will be. */
  readonly out: string;
  readonly token: TokenChoice;
  readonly signingConfig: string | undefined;
  readonly trustedRoot: string | undefined;
  /** What is used if neither a flag nor the environment names a file. */
  readonly trustCache?: TrustCacheChoice | undefined;
  readonly caCertificates: string | undefined;
  /** Where a token, and paths that are not given, may be. */
  readonly environment: NodeJS.ProcessEnv;
  /** Ends a login. */
  readonly signal?: AbortSignal;
}

/** Everything that signing needs, before any work is done. */
export interface SigningSession {
  readonly signing: Signing;
  /** The trusted root under which the signature verifies; undefined: the embedded one. */
  readonly rootPath: string | undefined;
  /** Writes the root of a sandbox under a name that nobody reads; a service has its root elsewhere. */
  readonly stageRoot?: () => StagedFiles;
  /** Ends a sandbox; nothing to do for a service. */
  readonly close?: () => Promise<void>;
}

/** @throws EvidenceError TOKEN_MISSING, SIGNING_CONFIG_INVALID, TRUSTED_ROOT_INVALID, FILE_UNREADABLE */
export async function openSigning(choice: SigningChoice): Promise<SigningSession> {
  return await (choice.sandbox ? sandboxSigning(choice.out) : serviceSigning(choice));
}

async function serviceSigning({ environment, ...choice }: SigningChoice): Promise<SigningSession> {
  await useCaCertificates(choice.caCertificates);
  const { audienceOf, readIdentityToken } = await import('./identity-token-sources.ts');
  const { keylessSigner } = await import('./keyless-signer.ts');
  const { readSigningConfig } = await import('./read-signing-config.ts');
  const paths = servicePaths(environment);
  const cache = openTrustCache(choice.trustCache);
  const rootPath = choice.trustedRoot ?? paths.AFFIDAVIT_TRUSTED_ROOT;
  const signingConfig = await readSigningConfig(
    choice.signingConfig ?? paths.AFFIDAVIT_SIGNING_CONFIG,
    cache,
  );
  const { signal } = choice;
  const token = await readIdentityToken(choice.token, { environment, signingConfig, signal });
  const audience = audienceOf(choice.token);
  const signer = keylessSigner({ signingConfig, token, audience, now: new Date() });
  return { signing: { signer, trust: await readTrust(rootPath, cache) }, rootPath };
}

async function sandboxSigning(out: string): Promise<SigningSession> {
  const { startSandbox } = await import('../sandbox/sandbox-server.ts');
  const { keylessSigner } = await import('./keyless-signer.ts');
  const { parseSigningConfig } = await import('../../sign/signing-config.ts');
  const directory = sandboxFolder(out);
  const rootPath = `${directory}/trusted_root.json`;
  requireSandboxFiles(directory);
  const sandbox = await startSandbox();
  const config = Buffer.from(JSON.stringify(sandbox.signingConfigs['signing_config.json']));
  const signingConfig = parseSigningConfig(config, `${directory}/signing_config.json`);
  const root = Buffer.from(JSON.stringify(sandbox.trustedRoot));
  return {
    signing: {
      signer: keylessSigner({ signingConfig, token: sandbox.token(), now: new Date() }),
      trust: sigstoreTrust(root, rootPath),
    },
    rootPath,
    stageRoot: () => stageSandboxFiles(directory, sandbox),
    close: async () => {
      await sandbox.close();
    },
  };
}
