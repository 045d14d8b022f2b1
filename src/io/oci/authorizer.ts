// Who may read or write a repository. Anonymous first: asked for only after 401 or 403.

export interface Authorizer {
  /** The value of `Authorization` to send to this host, or undefined: none is known (yet). Never leaves `host`. */
  header(host: string, scope: Scope): Promise<string | undefined>;
  /** After 401 or 403: gets credentials or a token for exactly this; false: there is nothing better to try. */
  renew(host: string, scope: Scope, challenges: readonly string[]): Promise<boolean>;
  /** Whose credentials are in use, for errors: `~/.docker/config.json`, `docker-credential-x`; undefined: anonymous. */
  source(host: string): string | undefined;
  /** What no output may show. */
  readonly secrets: readonly string[];
}

export interface Scope {
  readonly repository: string;
  readonly actions: 'pull' | 'pull,push';
}
