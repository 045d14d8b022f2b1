import { digestOf } from '../../digest.ts';
import { EvidenceError, unlessRefused } from '../../errors/evidence-error.ts';
import { counted } from '../../sentence.ts';
import { chooseIssuer, chooseServices, parseSigningConfig } from '../../sign/signing-config.ts';
import type { Service, SigningConfig } from '../../sign/signing-config.ts';
import type { ConfigSource, SigningInUse, TrustInUse } from '../../sign/trust-in-use.ts';
import { parseTrustedRoot } from '../../trust/parse-trusted-root.ts';
import { trustedRootInfo } from '../../trust/trusted-root.ts';
import { findSigningConfig, findTrustedRoot, openTrustCache } from './read-trust.ts';
import type { FoundConfig, TrustCache } from './read-trust.ts';
import { readNamed, servicePaths } from './service-paths.ts';
import type { TrustCacheChoice } from './trust-cache.ts';

/** What the flags of a call say. */
export interface TrustChoice {
  readonly trustedRoot: string | undefined;
  readonly signingConfig: string | undefined;
  /** With `--trust-cache`. */
  readonly cache: TrustCacheChoice | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

export async function findTrustInUse(choice: TrustChoice, now: Date): Promise<TrustInUse> {
  const cache = openTrustCache(choice.cache);
  const { bytes, source, updated } = await findTrustedRoot(choice.trustedRoot, cache);
  const content = parseTrustedRoot(bytes, source);
  const root = trustedRootInfo(content, { source, digest: digestOf(bytes) });
  const copy = await sayCopy(choice);
  return {
    root: { ...root, updated },
    content,
    rootSources: rootSources(choice, copy),
    signing: await signingInUse(choice, { cache, copy, now }),
  };
}

/** The root that `verify-evidence` would use, byte for byte, if it can be used. It is JSON, and so UTF-8. */
export async function exportRoot({ trustedRoot, cache }: TrustChoice): Promise<string> {
  const { bytes, source } = await findTrustedRoot(trustedRoot, openTrustCache(cache));
  parseTrustedRoot(bytes, source);
  return Buffer.from(bytes).toString('utf8');
}

/** The same of the signing config that `validate` would use. */
export async function exportConfig(choice: TrustChoice): Promise<string> {
  const { bytes } = await readConfigInUse(choice, openTrustCache(choice.cache));
  return Buffer.from(bytes).toString('utf8');
}

async function readConfigInUse(
  { signingConfig, environment }: TrustChoice,
  cache: TrustCache,
): Promise<FoundConfig & { readonly config: SigningConfig }> {
  const read = async (path: string | undefined) => {
    const found = await findSigningConfig(path, cache);
    return { ...found, config: parseSigningConfig(found.bytes, found.source) };
  };
  return await readNamed(signingConfig, 'AFFIDAVIT_SIGNING_CONFIG', environment, read);
}

function configPath({ signingConfig, environment }: TrustChoice): string | undefined {
  return signingConfig ?? servicePaths(environment).AFFIDAVIT_SIGNING_CONFIG;
}

async function signingInUse(
  choice: TrustChoice,
  { cache, copy, now }: { cache: TrustCache; copy: string | undefined; now: Date },
): Promise<SigningInUse | undefined> {
  const isCopy = configPath(choice) === undefined && cache !== undefined;
  if (isCopy && (await cache()).copy.signingConfig === undefined) return undefined;
  const { bytes, source, updated, config } = await readConfigInUse(choice, cache);
  const sources = configSources(choice, copy);
  return {
    ...{ source, updated, digest: digestOf(bytes) },
    ...{ config, sources, chosen: calledAt(config, now) },
  };
}

function calledAt(config: SigningConfig, now: Date): ReadonlySet<Service> {
  const issuer = unlessRefused(() => chooseIssuer(config, now));
  // None if too few are valid then: signing would say so.
  const services = unlessRefused(() => chooseServices(config, now));
  const { certificateAuthority, logs = [], timestampAuthorities = [] } = services ?? {};
  const called = [issuer, certificateAuthority, ...logs, ...timestampAuthorities];
  return new Set(called.filter((service) => service !== undefined));
}

/** The first that has something is used; of the flags, `--trust-cache` excludes `--trusted-root`. */
function rootSources(choice: TrustChoice, copy: string | undefined): readonly ConfigSource[] {
  const { trustedRoot, cache, environment } = choice;
  const variable = servicePaths(environment).AFFIDAVIT_TRUSTED_ROOT;
  return [
    { name: '--trusted-root', found: trustedRoot, isUsed: trustedRoot !== undefined },
    // What a verifier believes is said on its command line.
    {
      name: 'AFFIDAVIT_TRUSTED_ROOT',
      found:
        variable === undefined
          ? undefined
          : `${variable}, which signing uses and verify-evidence does not`,
      isUsed: false,
    },
    { name: '--trust-cache', found: copy, isUsed: cache !== undefined },
    embedded(trustedRoot === undefined && cache === undefined),
  ];
}

function configSources(choice: TrustChoice, copy: string | undefined): readonly ConfigSource[] {
  const { signingConfig, cache, environment } = choice;
  const variable = servicePaths(environment).AFFIDAVIT_SIGNING_CONFIG;
  const path = configPath(choice);
  return [
    { name: '--signing-config', found: signingConfig, isUsed: signingConfig !== undefined },
    {
      name: 'AFFIDAVIT_SIGNING_CONFIG',
      found: variable,
      isUsed: signingConfig === undefined && variable !== undefined,
    },
    { name: '--trust-cache', found: copy, isUsed: path === undefined && cache !== undefined },
    embedded(path === undefined && cache === undefined),
  ];
}

function embedded(isUsed: boolean): ConfigSource {
  return { name: 'embedded', found: 'that of the public-good instance', isUsed };
}

/** The copy by TUF, whether it is used or not, or why it could not be; undefined if there is none. */
async function sayCopy({ cache, environment }: TrustChoice): Promise<string | undefined> {
  const { readTrustCache } = await import('./trust-cache.ts');
  try {
    const choice = cache ?? { tufRoot: undefined, environment };
    const { ageDays, file } = await readTrustCache(choice, new Date());
    return `${file}, updated ${ageDays === 0 ? 'today' : `${counted(ageDays, 'day')} ago`}`;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    if (error.code === 'TRUST_CACHE_MISSING') return undefined;
    return `${error.at ?? ''}, which cannot be used (${error.code})`;
  }
}
