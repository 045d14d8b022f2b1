// Where to sign. A Sigstore SigningConfig, version 0.2, and the choice among its services:
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto

import { MAX_CONFIG_BYTES } from '../limits.ts';
import { CLIENT_TRUST_CONFIG, SANDBOX_ORGANIZATION } from '../media-types.ts';
import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { recognising } from '../recognise.ts';
import { readMessage, type MessageReader } from '../trust/message-reader.ts';
import { holds, readWindow, type Window } from '../trust/validity-window.ts';

export interface SigningConfig {
  /** How the user named it. */
  readonly file: string;
  readonly certificateAuthorities: Offer;
  readonly identityProviders: Offer;
  readonly logs: Offer;
  readonly timestampAuthorities: Offer;
}

/** The services of one kind, and which of them to call. */
interface Offer {
  /** The field that lists them. */
  readonly field: string;
  /** The API versions that this program speaks. */
  readonly versions: readonly number[];
  readonly services: readonly Service[];
  /** One service of every operator, or of this many operators. */
  readonly selector: 'all' | number;
}

export interface Service extends Window {
  /** Without a slash at the end. */
  readonly url: string;
  /** Where the address stands, e.g. `config.json#/caUrls/0/url`. */
  readonly namedBy: string;
  readonly majorApiVersion: number;
  readonly operator: string;
}

/** The services to call, each once. */
export interface SigningServices {
  readonly certificateAuthority: Service;
  readonly logs: readonly Service[];
  readonly timestampAuthorities: readonly Service[];
}

const MEDIA_TYPE = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';
const MEANING = {
  code: 'SIGNING_CONFIG_INVALID',
  hint: 'use the signing config of your Sigstore as it publishes it',
} as const;

/**
 * Reads a Sigstore signing config, version 0.2, or that of a ClientTrustConfig.
 *
 * @param file how the user named it
 * @throws EvidenceError SIGNING_CONFIG_INVALID (unjudged)
 */
export function parseSigningConfig(bytes: Uint8Array, file: string): SigningConfig {
  const limits = { name: file, maxBytes: MAX_CONFIG_BYTES };
  const read = (reader: MessageReader): SigningConfig => {
    const mediaType = reader.string('mediaType');
    if (mediaType !== MEDIA_TYPE) refuse(reader.place('mediaType'), quote(mediaType), MEDIA_TYPE);
    const authorities = reader.list('caUrls', reader.each(readService));
    const providers = reader.optionalList('oidcUrls', reader.each(readProvider));
    const any = { versions: [1], selector: 1 };
    return {
      file,
      certificateAuthorities: { field: 'caUrls', services: authorities, ...any },
      identityProviders: { field: 'oidcUrls', services: providers, ...any },
      logs: readOffer(reader, 'rekorTlogUrls', [1, 2], 'rekorTlogConfig'),
      timestampAuthorities: readOffer(reader, 'tsaUrls', [1], 'tsaConfig'),
    };
  };
  // The trusted root beside it is read where one is asked for.
  const readEither = (reader: MessageReader): SigningConfig => {
    if (reader.string('mediaType') !== CLIENT_TRUST_CONFIG) return read(reader);
    reader.data('trustedRoot');
    return reader.message('signingConfig', read);
  };
  return recognising('signing-config', { file, bytes }, () =>
    readMessage(bytes, limits, MEANING, readEither),
  );
}

function readOffer(
  reader: MessageReader,
  field: string,
  versions: readonly number[],
  config: string,
): Offer {
  const services = reader.optionalList(field, reader.each(readService));
  return { field, versions, services, selector: readSelector(reader, config, services.length > 0) };
}

/** The logs that take what will be signed. */
export interface LogChoice {
  readonly versions: readonly number[];
  /** Why only these, in words. */
  readonly why: string;
}

/**
 * Chooses the services that are valid at a time. For each operator it takes the highest API version that
 * we support, and of those the newest. Then it takes as many operators as the config says. Throws
 * SIGNING_CONFIG_INVALID if there are too few, or if nothing would prove the time of signing.
 */
export function chooseServices(config: SigningConfig, at: Date): SigningServices {
  const [certificateAuthority] = choose(config, config.certificateAuthorities, at);
  if (certificateAuthority === undefined) {
    return refuse(offerPlace(config, 'caUrls'), 'no service', 'a certificate authority');
  }
  return { certificateAuthority, ...chooseWitnesses(config, at) };
}

/** The same without a certificate authority, for a key. */
export function chooseWitnesses(
  config: SigningConfig,
  at: Date,
  taken?: LogChoice,
): Pick<SigningServices, 'logs' | 'timestampAuthorities'> {
  const logs = choose(config, taken === undefined ? config.logs : offerOf(config, taken, at), at);
  const timestampAuthorities =
    config.timestampAuthorities.services.length === 0
      ? []
      : choose(config, config.timestampAuthorities, at);
  if (logs.length === 0) refuse(offerPlace(config, 'rekorTlogUrls'), 'no service', 'a log');
  // Rekor v2 states no time, so nothing would prove when it was signed.
  if (timestampAuthorities.length === 0 && logs.every((log) => log.majorApiVersion !== 1)) {
    const place = offerPlace(config, 'tsaUrls');
    refuse(place, 'no timestamp authority beside Rekor v2', 'at least one');
  }
  return { logs, timestampAuthorities };
}

/** The logs of these versions, and at least one of them. */
function offerOf(config: SigningConfig, { versions, why }: LogChoice, at: Date): Offer {
  const offer = { ...config.logs, versions };
  if (usable(offer, at).length > 0) return offer;
  const place = {
    ...offerPlace(config, offer.field),
    hint: 'sign with a key of another kind, e.g. ECDSA P-256, or with a signing config that has such a log',
  };
  const names = versions.map((version) => `Rekor v${version}`).join(' or ');
  return refuse(place, `no log of ${names} that is valid now`, `one: ${why}`);
}

/**
 * The identity provider for a login: the newest identity provider which is valid at a time. Throws
 * SIGNING_CONFIG_INVALID if there is none.
 */
export function chooseIssuer(config: SigningConfig, at: Date): Service {
  const [provider] = usable(config.identityProviders, at);
  if (provider !== undefined) return provider;
  const isOfSandbox = config.certificateAuthorities.services.some(
    ({ operator }) => operator === SANDBOX_ORGANIZATION,
  );
  const hint = isOfSandbox
    ? 'a sandbox has no login: leave --login out, and sign with its token, which affidavit sandbox puts into SIGSTORE_ID_TOKEN'
    : 'name the issuer for the login: --oidc-issuer URL';
  const place = { ...offerPlace(config, 'oidcUrls'), hint };
  return refuse(place, 'no identity provider that is valid now', 'one, to log in at');
}

function choose(config: SigningConfig, offer: Offer, at: Date): readonly Service[] {
  const { field, selector } = offer;
  const byOperator = Map.groupBy(usable(offer, at), ({ operator }) => operator);
  const chosen = [...byOperator.values()].flatMap(([best]) => best ?? []);
  const count = selector === 'all' ? Math.max(1, chosen.length) : selector;
  if (chosen.length < count) {
    const found = `${chosen.length} operators with a service that is valid now`;
    refuse(offerPlace(config, field), found, `${count}`);
  }
  return chosen.slice(0, count);
}

/** The services that can be called at a time, the best first. */
function usable({ versions, services }: Offer, at: Date): readonly Service[] {
  return services
    .filter((service) => versions.includes(service.majorApiVersion) && holds(service, at))
    .toSorted(byPreference);
}

function byPreference(a: Service, b: Service): number {
  return b.majorApiVersion - a.majorApiVersion || b.start.getTime() - a.start.getTime();
}

function offerPlace({ file }: SigningConfig, field: string): Place {
  const hint =
    'get the current signing config of your Sigstore, and check the clock of this machine';
  return { code: MEANING.code, at: `${file}#/${field}`, hint };
}

/** An issuer is compared character by character (OpenID Connect Discovery §4.3): a slash at its end stays. */
function readProvider(reader: MessageReader): Service {
  return { ...readService(reader), url: reader.string('url') };
}

function readService(reader: MessageReader): Service {
  const place = reader.place('url');
  const { href } = parseServiceUrl(reader.string('url'), place);
  return {
    url: href.replace(/\/+$/, ''),
    namedBy: place.at,
    majorApiVersion: reader.integer('majorApiVersion'),
    ...reader.message('validFor', readWindow),
    operator: reader.optionalString('operator') ?? '',
  };
}

function readSelector(
  parent: MessageReader,
  name: string,
  hasServices: boolean,
): Offer['selector'] {
  if (parent.optionalObject(name) === undefined) return 1;
  return parent.message(name, (reader) => {
    // cosign writes an empty one where there is nothing to choose from.
    if (!hasServices && !reader.has('selector')) return 1;
    const selector = reader.string('selector');
    const count = reader.data('count') === undefined ? 0 : reader.integer('count');
    switch (selector) {
      case 'ALL':
        return 'all';
      case 'ANY':
        return 1;
      case 'EXACT':
        if (count > 0) return count;
        return refuse(reader.place('count'), `${count}`, '1 or more');
      default:
        return refuse(reader.place('selector'), quote(selector), 'ALL, ANY or EXACT');
    }
  });
}

/**
 * The address of a service that must not be listened to or changed on the way, e.g. because it gets the
 * identity token: https, or http to this machine. Throws the place's code.
 */
export function parseServiceUrl(text: string, place: Place): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isConfidential(url) || url.username + url.password !== '') {
    return refuse(place, quote(text), 'an https address, or http to this machine');
  }
  if (url.search + url.hash !== '') refuse(place, quote(text), 'an address without ? and #');
  return url;
}

/** Whether nobody between us and the service can read what is sent. */
export function isConfidential(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** Whether it is on this machine. Names below localhost may be somebody's: a resolver may ask for them. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:127\.[\d.]+|\[::1\]|localhost)$/.test(hostname);
}
