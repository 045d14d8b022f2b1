// Asks one repository of a registry: each request with what it may carry, to where it may go.

import { setTimeout as sleep } from 'node:timers/promises';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isLoopback } from '../../sign/signing-config.ts';
import { repeated, type HttpFailure } from '../http/client.ts';
import { answerInvalid, noAnswer } from '../http/no-answer.ts';
import type { KeptConnections } from '../http/route.ts';
import { AddressGuard, registryUrl } from './address-guard.ts';
import type { Authorizer, Scope } from './authorizer.ts';
import { SLOWEST, type SlowestPace } from './pace.ts';
import { askPaced, type Answer, type PacedRequest } from './paced-request.ts';
import { Patience } from './patience.ts';
import { registryFailed, type RegistryName } from './registry-failed.ts';

export interface RegistryOptions {
  readonly authorizer: Authorizer;
  /** `HOST[:PORT]` of each registry that the user named: only these may be at a private address. */
  readonly named: readonly string[];
  /** Certificates of authorities, in PEM, and no others; undefined: those that this process trusts. */
  readonly ca?: readonly string[] | undefined;
  /** What was opened by these rules. */
  readonly kept?: KeptConnections | undefined;
  /** Ends what is going on; an upload is deleted then. */
  readonly signal?: AbortSignal | undefined;
  readonly slowest?: SlowestPace;
  /** Shared by all repositories. */
  readonly patience?: Patience;
  /** Waits so many milliseconds before a repetition. For tests. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** One request. */
export interface Ask extends PacedRequest {
  readonly url: URL;
  /** What is asked for, as errors say it: `the blob sha256:…`. */
  readonly what: string;
  readonly actions?: Scope['actions'];
  /** Statuses that are answers too. */
  readonly also?: readonly number[];
}

const MAX_REDIRECTS = 5;
/** For one request: without a login, with it, and once more if it was withdrawn. */
const MAX_RENEWALS = 3;
/** Somebody may wait for the end. */
const CLEANUP: SlowestPace = { bytes: 1024, ms: 3000 };
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export class Connection {
  /** How often anything was asked. */
  requests = 0;
  readonly name: string;
  readonly #host: string;
  readonly #repository: string;
  readonly #base: URL;
  readonly #options: RegistryOptions;
  readonly #guard: AddressGuard;
  readonly #patience: Patience;

  /** @param name `HOST/REPO` */
  constructor(name: string, options: RegistryOptions) {
    this.name = name;
    const slash = name.indexOf('/');
    this.#host = name.slice(0, slash);
    this.#repository = name.slice(slash + 1);
    this.#base = registryUrl(this.#host, options.ca !== undefined);
    this.#options = options;
    this.#patience = options.patience ?? new Patience();
    this.#guard = new AddressGuard(options.named, options.ca !== undefined);
  }

  /** Of the repository, e.g. `manifests/latest`. */
  url(path: string): URL {
    return new URL(`/v2/${this.#repository}/${path}`, this.#base);
  }

  isOwn(url: URL): boolean {
    return url.origin === this.#base.origin;
  }

  /**
   * Asks until there is an answer that will not change. Throws, unless it is a success or awaited.
   *
   * @param next may be another request for each try
   */
  async ask(next: Ask | (() => Promise<Ask>)): Promise<Answer> {
    const { signal, wait = sleep } = this.#options;
    const pause = async (ms: number): Promise<void> => {
      this.#patience.spend(ms);
      await wait(ms);
    };
    let ask: Ask | undefined;
    const outcome = await repeated(async () => {
      signal?.throwIfAborted();
      if (this.#patience.isOver) throw this.#waitedTooLong();
      ask = typeof next === 'function' ? await next() : next;
      const answer = await this.#follow(ask);
      signal?.throwIfAborted();
      return answer;
    }, pause);
    if ('reason' in outcome) throw noAnswer(this.service(), outcome);
    const { status } = outcome;
    if ((status >= 200 && status < 300) || ask?.also?.includes(status) === true) return outcome;
    throw registryFailed(this.service(), outcome, ask);
  }

  /** Asks once and does not care, even after the user has stopped the rest. */
  async cleanUp(ask: Ask): Promise<void> {
    const options = { ...this.#options, signal: undefined, slowest: CLEANUP };
    await new Connection(this.name, options).#follow(ask).catch(() => undefined);
    this.requests += 1;
  }

  /** The registry, as errors name it. */
  service(): RegistryName {
    const { authorizer } = this.#options;
    return {
      name: 'registry',
      at: this.name,
      host: this.#host,
      source: authorizer.source(this.#host),
      secrets: authorizer.secrets,
      caFlag: '--registry-ca',
      hasCa: this.#options.ca !== undefined,
    };
  }

  /** An answer that nobody can use. */
  invalid(status: number, what: string): EvidenceError {
    return answerInvalid(this.service(), status, what);
  }

  /**
   * Where a registry leads to, as a redirect or for an upload.
   *
   * @throws EvidenceError SERVICE_ANSWER_INVALID, REGISTRY_ADDRESS_PRIVATE
   */
  target(status: number, location: string | undefined, from: URL): URL {
    if (location === undefined || !URL.canParse(location, from.href)) {
      throw this.invalid(status, `the Location ${quote(location ?? '')}, which is no address`);
    }
    const url = new URL(location, from);
    const isPlain = url.protocol === 'http:' && from.protocol === 'http:' && isLoopback(url);
    if (url.protocol !== 'https:' && !isPlain) {
      throw this.invalid(status, `a Location without TLS, ${url.protocol}//${url.host}`);
    }
    // Node would send it as a login.
    if (url.username + url.password !== '') {
      throw this.invalid(status, `a Location with a user or a password, at ${url.host}`);
    }
    return url;
  }

  #waitedTooLong(): EvidenceError {
    const hint =
      'name the attestation that you mean, so that no other is asked for: --attestation sha256:HEX; or try again later';
    const found = `more than ${this.#patience.ms / 60_000} minutes of waiting for answers in all`;
    return refusal({ code: 'SERVICE_SLOW', at: this.name, hint }, found, 'answers in time');
  }

  async #follow(ask: Ask): Promise<Answer | HttpFailure> {
    let { url } = ask;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const outcome = await this.#askAt(ask, url);
      if ('reason' in outcome || !REDIRECTS.has(outcome.status)) return outcome;
      const { status, headers } = outcome;
      if (ask.body !== undefined) throw this.invalid(status, 'a redirect of an upload');
      url = this.target(status, headers.get('location'), url);
    }
    throw this.invalid(307, `more than ${MAX_REDIRECTS} redirects, the last to ${url.host}`);
  }

  /** Credentials go to the registry itself, and only once it has asked for them. */
  async #askAt(ask: Ask, url: URL): Promise<Answer | HttpFailure> {
    const { authorizer } = this.#options;
    if (!this.isOwn(url)) return await this.#askOnce(ask, url, undefined);
    const scope: Scope = { repository: this.#repository, actions: ask.actions ?? 'pull' };
    for (let renewals = 0; ; renewals += 1) {
      const granting = authorizer.header(this.#host, scope);
      const authorization = await this.#patience.during(granting);
      const outcome = await this.#askOnce(ask, url, authorization);
      if ('reason' in outcome || (outcome.status !== 401 && outcome.status !== 403)) return outcome;
      if (renewals === MAX_RENEWALS) return outcome;
      const challenge = outcome.headers.get('www-authenticate');
      const challenges = challenge === undefined ? [] : [challenge];
      const renewing = authorizer.renew(this.#host, scope, challenges);
      if (!(await this.#patience.during(renewing))) return outcome;
    }
  }

  async #askOnce(
    ask: Ask,
    url: URL,
    authorization: string | undefined,
  ): Promise<Answer | HttpFailure> {
    const how = this.isOwn(url) ? 'which a file names' : 'to which the registry leads';
    const lookup = this.#guard.lookupOf(url, this.name, how);
    this.requests += 1;
    const { signal, ca, kept } = this.#options;
    const { bytes, ms } = this.#options.slowest ?? SLOWEST;
    // What was sent is hashed then, and it may be large.
    const slowest = { bytes, ms: ask.method === 'PUT' ? 10 * ms : ms };
    const headers = { ...ask.headers, ...(authorization !== undefined && { authorization }) };
    const way = { slowest, patience: this.#patience, signal, ca, lookup, kept };
    const outcome = await askPaced(url, { ...ask, headers }, way);
    // Nobody reads it, and it would keep the process.
    if ('drop' in outcome && ask.method !== 'GET') outcome.drop();
    return outcome;
  }
}
