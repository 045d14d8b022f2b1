import { parseChallenges, type Challenge } from '../../pointer/challenge.ts';
import type { Login } from '../../pointer/registry-login.ts';
import type { exchange } from '../http/client.ts';
import type { Authorizer, Scope } from './authorizer.ts';
import { findLogin, type FoundLogin, type LoginOptions } from './find-logins.ts';
import { basicHeader, requestToken } from './request-token.ts';

export interface AuthorizerOptions extends LoginOptions {
  /** Calls a token service, whose address is a stranger's word. */
  readonly exchange?: typeof exchange;
  /** The time in milliseconds. For tests. */
  readonly now?: () => number;
}

/**
 * Nothing is read and nothing is sent before a registry refuses. Then a token for anybody is asked for, and if that is
 * not enough, the login for this host is used, for this host alone.
 */
export function openAuthorizer(options: AuthorizerOptions): Authorizer {
  const secrets: string[] = [];
  const access = new Map<string, Access>();
  const of = (host: string, scope: Scope): Access => {
    const key = `${host} ${scope.repository} ${scope.actions}`;
    const known = access.get(key) ?? new Access(host, scope, { ...options, secrets });
    access.set(key, known);
    return known;
  };
  return {
    secrets,
    header: async (host, scope) => await of(host, scope).header(),
    renew: async (host, scope, challenges) => await of(host, scope).renew(challenges),
    source: (host) =>
      [...access.values()].findLast((each) => each.host === host && each.source !== undefined)
        ?.source,
  };
}

interface AccessOptions extends AuthorizerOptions {
  /** Shared by all. */
  readonly secrets: string[];
}

/** What is sent, until a time in milliseconds. */
interface Grant {
  readonly header: string;
  readonly until: number;
  readonly challenge: Challenge;
  readonly login: FoundLogin | undefined;
  /** It replaces one that was refused, with the same login. */
  readonly isRenewal: boolean;
  /** How often it was sent. */
  uses: number;
}

/** The way into one repository of one host. */
class Access {
  readonly host: string;
  /** Of the login that was used last. */
  source: string | undefined;
  readonly #scope: Scope;
  readonly #options: AccessOptions;
  #grant: Grant | undefined;
  /** A renewal, which all others wait for. */
  #pending: Promise<boolean> | undefined;
  #login: Promise<FoundLogin | undefined> | undefined;

  constructor(host: string, scope: Scope, options: AccessOptions) {
    this.host = host;
    this.#scope = scope;
    this.#options = options;
  }

  async header(): Promise<string | undefined> {
    while (this.#pending !== undefined) await this.#pending;
    const old = this.#grant;
    if (old !== undefined && old.until <= this.#now()) {
      await this.#once(async () => await this.#get(old.challenge, old.login));
    }
    if (this.#grant !== undefined) this.#grant.uses += 1;
    return this.#grant?.header;
  }

  async renew(lines: readonly string[]): Promise<boolean> {
    return await this.#once(async () => {
      // What was refused is an older one.
      if (this.#grant?.uses === 0) return true;
      const challenge = this.#choose(lines) ?? this.#grant?.challenge;
      return challenge !== undefined && (await this.#getBetter(challenge, this.#grant));
    });
  }

  async #getBetter(challenge: Challenge, old: Grant | undefined): Promise<boolean> {
    // One that served before may have been withdrawn; one that never did gets no second try.
    const mayServe = old === undefined || (old.uses > 1 && !old.isRenewal);
    const isRenewal = old !== undefined;
    if (mayServe && (await this.#get(challenge, old?.login, isRenewal))) return true;
    const login = old?.login === undefined ? await this.#find() : undefined;
    return login !== undefined && (await this.#get(challenge, login));
  }

  async #once(work: () => Promise<boolean>): Promise<boolean> {
    this.#pending ??= work().finally(() => {
      this.#pending = undefined;
    });
    return await this.#pending;
  }

  #choose(lines: readonly string[]): Challenge | undefined {
    const hint = 'check the name of the registry: another service may be there';
    const place = { code: 'SERVICE_ANSWER_INVALID', at: this.host, hint } as const;
    const challenges = parseChallenges(lines, place);
    return ['bearer', 'basic']
      .map((name) => challenges.find(({ scheme }) => scheme === name))
      .find((challenge) => challenge !== undefined);
  }

  async #find(): Promise<FoundLogin | undefined> {
    this.#login ??= findLogin(this.host, this.#scope, this.#options);
    const found = await this.#login;
    if (found !== undefined) this.#conceal(...secretsOf(found.login));
    return found;
  }

  /** Gets what is sent from now on; false: with this login there is nothing. */
  async #get(
    challenge: Challenge,
    login: FoundLogin | undefined,
    isRenewal = false,
  ): Promise<boolean> {
    this.#grant = undefined;
    this.source = login?.source ?? this.source;
    const asked = this.#now();
    const got = await this.#ask(challenge, login?.login);
    if (got === undefined) return false;
    const { header, seconds } = got;
    const until = asked + seconds * 1000;
    this.#grant = { header, challenge, login, until, isRenewal, uses: 0 };
    return true;
  }

  async #ask(
    challenge: Challenge,
    login: Login | undefined,
  ): Promise<{ readonly header: string; readonly seconds: number } | undefined> {
    if (challenge.scheme === 'basic') {
      if (login === undefined || !('password' in login)) return undefined;
      return { header: basicHeader(login), seconds: Infinity };
    }
    const { host } = this;
    const got = await requestToken(challenge, {
      ...this.#options,
      host,
      scope: this.#scope,
      login,
    });
    if (got === undefined) return undefined;
    this.#conceal(got.token);
    return { header: `Bearer ${got.token}`, seconds: got.seconds };
  }

  #conceal(...secrets: readonly string[]): void {
    this.#options.secrets.push(...secrets.filter((secret) => secret !== ''));
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

function secretsOf(login: Login): readonly string[] {
  if (!('password' in login)) return [login.refreshToken];
  return [login.password, basicHeader(login).slice('Basic '.length)];
}
