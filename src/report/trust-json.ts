// What `trust show --format json` prints. schemas/trust.schema.json
import { digestOf } from '../digest.ts';
import { timestampOf } from '../document/time.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import type { Service } from '../sign/signing-config.ts';
import type { ConfigSource, SigningInUse, TrustInUse } from '../sign/trust-in-use.ts';
import { keyName } from '../trust/key-kind.ts';
import type { Authority, TrustedLog } from '../trust/trusted-root.ts';
import type { Window } from '../trust/validity-window.ts';
import { subjectLines } from '../trust/x509.ts';
import { ageJson, rootJson } from './json.ts';
import type { AgeJson, RootJson } from './report-json.ts';

export interface TrustJson {
  readonly schemaVersion: string;
  readonly trustedRoot: RootJson & {
    readonly sources: readonly SourceJson[];
    readonly certificateAuthorities: readonly AuthorityJson[];
    readonly certificateLogs: readonly LogJson[];
    readonly logs: readonly LogJson[];
    readonly timestampAuthorities: readonly AuthorityJson[];
  };
  readonly signingConfig: SigningJson | null;
}

interface SigningJson extends AgeJson {
  readonly source: string;
  readonly digest: string;
  readonly sources: readonly SourceJson[];
  readonly identityProviders: readonly ServiceJson[];
  readonly certificateAuthorities: readonly ServiceJson[];
  readonly logs: readonly ServiceJson[];
  readonly timestampAuthorities: readonly ServiceJson[];
}

export interface SourceJson {
  readonly name: string;
  readonly found: string | null;
  readonly used: boolean;
}

export interface ServiceJson {
  readonly url: string;
  readonly majorApiVersion: number;
  readonly operator: string;
  readonly validFor: WindowJson;
  readonly calledNow: boolean;
}

export interface AuthorityJson {
  readonly certificates: readonly {
    readonly subject: string;
    readonly digest: string;
    readonly notBefore: string;
    readonly notAfter: string;
  }[];
  readonly validFor: WindowJson;
}

export interface LogJson {
  readonly baseUrl: string;
  readonly keyId: string;
  readonly keyType: string;
  readonly validFor: WindowJson;
}

export interface WindowJson {
  readonly start: string;
  /** Null: for ever. */
  readonly end: string | null;
}

export function trustJson({ root, content, rootSources, signing }: TrustInUse): TrustJson {
  return {
    schemaVersion: SCHEMA_VERSION,
    trustedRoot: {
      ...rootJson(root),
      sources: rootSources.map(sourceJson),
      certificateAuthorities: content.certificateAuthorities.map(authorityJson),
      certificateLogs: content.certificateLogs.map(logJson),
      logs: content.logs.map(logJson),
      timestampAuthorities: content.timestampAuthorities.map(authorityJson),
    },
    signingConfig: signing === undefined ? null : signingJson(signing),
  };
}

function signingJson(signing: SigningInUse): SigningJson {
  const { source, digest, config, sources, chosen } = signing;
  const services = (offered: readonly Service[]): ServiceJson[] =>
    offered.map((service) => ({
      url: service.url,
      majorApiVersion: service.majorApiVersion,
      operator: service.operator,
      validFor: windowJson(service),
      calledNow: chosen.has(service),
    }));
  return {
    source,
    digest,
    ...ageJson(signing),
    sources: sources.map(sourceJson),
    identityProviders: services(config.identityProviders.services),
    certificateAuthorities: services(config.certificateAuthorities.services),
    logs: services(config.logs.services),
    timestampAuthorities: services(config.timestampAuthorities.services),
  };
}

function sourceJson({ name, found, isUsed }: ConfigSource): SourceJson {
  return { name, found: found ?? null, used: isUsed };
}

function authorityJson({ chain, validFor }: Authority): AuthorityJson {
  const certificates = chain.map((certificate) => ({
    // As one line.
    subject: subjectLines(certificate).toReversed().join(', '),
    digest: digestOf(certificate.raw),
    notBefore: timestampOf(certificate.validFromDate),
    notAfter: timestampOf(certificate.validToDate),
  }));
  return { certificates, validFor: windowJson(validFor) };
}

function logJson(log: TrustedLog): LogJson {
  const { baseUrl, keyId, validFor } = log;
  return {
    baseUrl,
    keyId: keyId.toString('base64'),
    keyType: keyName(log.publicKey),
    validFor: windowJson(validFor),
  };
}

function windowJson(window: Window): WindowJson {
  const { start, end } = window;
  return {
    start: timestampOf(start),
    end: end.getUTCFullYear() > 9999 ? null : timestampOf(end),
  };
}
