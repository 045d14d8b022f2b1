// What `trust show --format json` prints. schemas/trust.schema.json
import { digestOf } from '../digest.ts';
import { timestampOf } from '../document/time.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import type { Service } from '../sign/signing-config.ts';
import type { ConfigSource, SigningInUse, TrustInUse } from '../sign/trust-in-use.ts';
import { keyName } from '../trust/key-kind.ts';
import type { Authority, TrustedLog } from '../trust/trusted-root.ts';
import type { Window } from '../trust/validity-window.ts';
import { endOf, nameOf } from './blocks/trust-lines.ts';
import { ageJson, rootJson, type JsonObject } from './json.ts';

export function trustJson({ root, content, rootSources, signing }: TrustInUse): JsonObject {
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

function signingJson(signing: SigningInUse): JsonObject {
  const { source, digest, config, sources, chosen } = signing;
  const services = (offered: readonly Service[]): JsonObject[] =>
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

function sourceJson({ name, found, isUsed }: ConfigSource): JsonObject {
  return { name, found: found ?? null, used: isUsed };
}

function authorityJson({ chain, validFor }: Authority): JsonObject {
  const certificates = chain.map((certificate) => ({
    subject: nameOf(certificate),
    digest: digestOf(certificate.raw),
    notBefore: timestampOf(certificate.validFromDate),
    notAfter: timestampOf(certificate.validToDate),
  }));
  return { certificates, validFor: windowJson(validFor) };
}

function logJson(log: TrustedLog): JsonObject {
  const { baseUrl, keyId, validFor } = log;
  return {
    baseUrl,
    keyId: keyId.toString('base64'),
    keyType: keyName(log.publicKey),
    validFor: windowJson(validFor),
  };
}

function windowJson(window: Window): JsonObject {
  return { start: timestampOf(window.start), end: endOf(window) ?? null };
}
