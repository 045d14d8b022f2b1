// Where to sign. A Sigstore SigningConfig, version 0.2, and the choice among its services:
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto

import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { parseTimeAt } from '../document/time.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../limits.ts';
import { refuse, refusedAs } from '../place.ts';
import type { Place } from '../place.ts';
import { quote } from '../quote.ts';

export interface SigningConfig {
  /** How the user named it. */
  readonly file: string;
  readonly certificateAuthorities: readonly Service[];
  readonly logs: readonly Service[];
  readonly logSelector: Selector;
  readonly timestampAuthorities: readonly Service[];
  readonly timestampSelector: Selector;
}

export interface Service {
  /** Without a slash at the end. */
  readonly url: string;
  readonly majorApiVersion: number;
  readonly start: Date;
  readonly end: Date | undefined;
  readonly operator: string;
}

/** How many services of a kind: one of each operator, or so many operators. */
type Selector = { readonly kind: 'all' } | { readonly kind: 'count'; readonly count: number };

/** The services to call, each once. */
export interface SigningServices {
  readonly certificateAuthority: Service;
  readonly logs: readonly Service[];
  readonly timestampAuthorities: readonly Service[];
}

const MEDIA_TYPE = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';
const HINT = 'use a signing config as Sigstore publishes it, or leave --signing-config out';

/** The API versions that this program speaks. */
const CERTIFICATE_API = [1];
const LOG_API = [1, 2];
const TIMESTAMP_API = [1];

/** Throws SIGNING_CONFIG_INVALID. `file` is how the user named it. */
export function parseSigningConfig(bytes: Uint8Array, file: string): SigningConfig {
  if (bytes.length > MAX_CONFIG_BYTES) {
    const place = { code: 'SIGNING_CONFIG_INVALID', at: file, hint: HINT } as const;
    refuse(place, `${bytes.length} bytes`, `at most ${MAX_CONFIG_BYTES} bytes`);
  }
  return refusedAs('SIGNING_CONFIG_INVALID', () => {
    const reader = new ObjectReader(decodeJson(bytes, file), file);
    const mediaType = reader.string('mediaType');
    const place = fieldPlace(reader, 'mediaType');
    if (mediaType !== MEDIA_TYPE) refuse(place, quote(mediaType), MEDIA_TYPE);
    // Identity providers are for the interactive login, which has a flag of its own.
    reader.optionalList('oidcUrls', readService);
    const config: SigningConfig = {
      file,
      certificateAuthorities: reader.list('caUrls', readService),
      logs: reader.optionalList('rekorTlogUrls', readService),
      logSelector: readSelector(reader, 'rekorTlogConfig'),
      timestampAuthorities: reader.optionalList('tsaUrls', readService),
      timestampSelector: readSelector(reader, 'tsaConfig'),
    };
    reader.end();
    return config;
  });
}

/**
 * Chooses the services that are valid at a time. Of each operator the highest API version that we
 * speak, and of those the newest; then as many operators as the config says. Throws
 * SIGNING_CONFIG_INVALID if there are too few, or if nothing would prove the time of signing.
 */
export function chooseServices(config: SigningConfig, at: Date): SigningServices {
  const one: Selector = { kind: 'count', count: 1 };
  const [certificateAuthority] = choose(config, 'caUrls', {
    services: valid(config.certificateAuthorities, CERTIFICATE_API, at),
    selector: one,
  });
  const logs = choose(config, 'rekorTlogUrls', {
    services: valid(config.logs, LOG_API, at),
    selector: config.logSelector,
  });
  const timestampAuthorities =
    config.timestampAuthorities.length === 0
      ? []
      : choose(config, 'tsaUrls', {
          services: valid(config.timestampAuthorities, TIMESTAMP_API, at),
          selector: config.timestampSelector,
        });
  if (certificateAuthority === undefined || logs.length === 0) {
    return refuseConfig(config, 'rekorTlogUrls', 'no service', 'an authority and a log');
  }
  // Rekor v2 states no time, so that nothing would say when the certificate was used.
  if (timestampAuthorities.length === 0 && logs.every((log) => log.majorApiVersion !== 1)) {
    refuseConfig(config, 'tsaUrls', 'no timestamp authority beside Rekor v2', 'at least one');
  }
  return { certificateAuthority, logs, timestampAuthorities };
}

function valid(
  services: readonly Service[],
  versions: readonly number[],
  at: Date,
): readonly Service[] {
  return services.filter(
    ({ majorApiVersion, start, end }) =>
      versions.includes(majorApiVersion) && start <= at && (end === undefined || at <= end),
  );
}

interface Choice {
  readonly services: readonly Service[];
  readonly selector: Selector;
}

function choose(
  config: SigningConfig,
  field: string,
  { services, selector }: Choice,
): readonly Service[] {
  const best = new Map<string, Service>();
  for (const service of services.toSorted(byPreference)) {
    if (!best.has(service.operator)) best.set(service.operator, service);
  }
  const chosen = [...best.values()];
  const count = selector.kind === 'all' ? Math.max(1, chosen.length) : selector.count;
  if (chosen.length < count) {
    const found = `${chosen.length} operators with a service that is valid now`;
    refuseConfig(config, field, found, `${count}`);
  }
  return chosen.slice(0, count);
}

function byPreference(a: Service, b: Service): number {
  return b.majorApiVersion - a.majorApiVersion || b.start.getTime() - a.start.getTime();
}

function refuseConfig(
  config: SigningConfig,
  field: string,
  found: string,
  expected: string,
): never {
  throw new EvidenceError('SIGNING_CONFIG_INVALID', {
    at: `${config.file}#/${field}`,
    found,
    expected,
    hint: 'get the current signing config of your Sigstore, and check the clock of this machine',
  });
}

function readService(data: Data, at: string): Service {
  const reader = new ObjectReader(data, at);
  const validFor = reader.object('validFor');
  const end = validFor.optionalText('end');
  const service: Service = {
    url: parseServiceUrl(reader.string('url'), fieldPlace(reader, 'url')),
    majorApiVersion: reader.integer('majorApiVersion'),
    start: parseTimeAt(fieldPlace(validFor, 'start'), validFor.string('start')),
    end: end === undefined ? undefined : parseTimeAt(fieldPlace(validFor, 'end'), end),
    operator: reader.optionalString('operator') ?? '',
  };
  validFor.end();
  reader.end();
  return service;
}

function readSelector(parent: ObjectReader, name: string): Selector {
  const reader = parent.optionalObject(name);
  if (reader === undefined) return { kind: 'count', count: 1 };
  const selector = reader.string('selector');
  const count = reader.data('count') === undefined ? 0 : reader.integer('count');
  reader.end();
  switch (selector) {
    case 'ALL':
      return { kind: 'all' };
    case 'ANY':
      return { kind: 'count', count: 1 };
    case 'EXACT':
      if (count > 0) return { kind: 'count', count };
      return refuse(fieldPlace(reader, 'count'), `${count}`, '1 or more');
    default:
      return refuse(fieldPlace(reader, 'selector'), quote(selector), 'ALL, ANY or EXACT');
  }
}

/**
 * The address of a service that gets the identity token: https, or http to this machine. Throws the
 * place's code.
 */
function parseServiceUrl(text: string, place: Place): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isConfidential(url) || url.username + url.password !== '') {
    return refuse(place, quote(text), 'an https address, or http to this machine');
  }
  if (url.search + url.hash !== '') refuse(place, quote(text), 'an address without ? and #');
  return url.href.replace(/\/+$/, '');
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether nobody on the way can read along. */
export function isConfidential(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

function fieldPlace(reader: ObjectReader, name: string): Place {
  return { code: 'SIGNING_CONFIG_INVALID', at: reader.pointer(name), hint: HINT };
}
