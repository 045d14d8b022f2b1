// Logins as Docker's `config.json` and podman's `auth.json` keep them. Whatever is read here is a secret, so no error
// shows a value.

import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { decodeUtf8 } from '../document/text.ts';
import { orIfRefused } from '../errors/evidence-error.ts';
import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from '../trust/base64.ts';

export type Login =
  | { readonly user: string; readonly password: string }
  /** What gets a token by OAuth2; of Docker's words, an identity token. */
  | { readonly refreshToken: string };

/** A program that keeps logins, and what it is asked for. */
export interface LoginHelper {
  readonly program: string;
  readonly server: string;
}

/** Docker Hub by all its names. The first is the key under which `docker login` keeps it. */
const DOCKER_HUB = [
  'https://index.docker.io/v1/',
  'index.docker.io',
  'docker.io',
  'registry-1.docker.io',
];

/** What a helper answers as user if its secret is a refresh token. */
const REFRESH_TOKEN_USER = '<token>';

/**
 * What a file has for a repository, in Docker's order: the helper for its host, the helper for all hosts, the file
 * itself. Entries for others are not read.
 *
 * @throws EvidenceError CREDENTIALS_INVALID
 */
export function loginsIn(
  bytes: Uint8Array,
  file: string,
  { host, repository }: { readonly host: string; readonly repository: string },
): readonly (Login | LoginHelper)[] {
  return concealed({ code: 'CREDENTIALS_INVALID', at: file, hint: HINT }, () => {
    const reader = new ObjectReader(decodeJson(bytes, file), file);
    const names = DOCKER_HUB.includes(host) ? DOCKER_HUB : [host];
    const [server = host] = names;
    const helpers = reader.optionalObject('credHelpers');
    const own = names.find((name) => helpers?.has(name) === true);
    const auths = reader.optionalObject('auths');
    const key = auths && keyOf(auths.names(), names, repository);
    return [
      ...helperIn(helpers, own, own ?? server),
      ...helperIn(reader, 'credsStore', server),
      ...(auths === undefined || key === undefined ? [] : entryOf(auths.object(key))),
    ];
  });
}

const HINT = 'correct the file, or write it again: docker login HOST, or podman login HOST';

function helperIn(
  reader: ObjectReader | undefined,
  field: string | undefined,
  server: string,
): readonly LoginHelper[] {
  if (reader === undefined || field === undefined) return [];
  const name = reader.optionalString(field) ?? '';
  if (name === '') return [];
  if (/^[a-z0-9-]+$/.test(name)) return [{ program: `docker-credential-${name}`, server }];
  const hint = 'name the helper alone, without a path and without docker-credential-';
  const place = { code: 'CREDENTIALS_INVALID', at: reader.pointer(field), hint } as const;
  return refuse(place, quote(name, 60), 'NAME of docker-credential-NAME, of a-z, 0-9 and -');
}

/** The longest path first, as podman reads it; then addresses, whose paths mean nothing. */
function keyOf(
  keys: readonly string[],
  names: readonly string[],
  repository: string,
): string | undefined {
  const parts = repository.split('/');
  const paths = parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`);
  const exact = [...paths, ''].flatMap((path) => names.map((name) => `${name}${path}`));
  return (
    exact.find((key) => keys.includes(key)) ??
    keys.find((key) => {
      const [, host = ''] = /^https?:\/\/([^/]*)/.exec(key) ?? [];
      return names.includes(host.toLowerCase());
    })
  );
}

/** Nothing for the empty entry that `docker login` leaves beside a helper. */
function entryOf(entry: ObjectReader): readonly Login[] {
  const [token, auth] = [entry.optionalString('identitytoken'), entry.optionalString('auth')];
  if (isText(token)) return [{ refreshToken: token }];
  if (isText(auth)) return loginOf(...userAndPassword(auth, entry), entry);
  const user = entry.optionalString('username') ?? '';
  return loginOf(user, entry.optionalString('password') ?? '', entry);
}

function userAndPassword(auth: string, entry: ObjectReader): readonly [string, string] {
  const at = entry.pointer('auth');
  const place = { code: 'CREDENTIALS_INVALID', at, hint: HINT } as const;
  const text = decodeUtf8(decodeBase64(auth, place), at);
  const colon = text.indexOf(':');
  if (colon < 0) refuse(place, 'no colon in it', 'USER:PASSWORD in base64');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function loginOf(user: string, password: string, { at }: ObjectReader): readonly Login[] {
  if (user === '' && password === '') return [];
  const place = { code: 'CREDENTIALS_INVALID', at, hint: HINT } as const;
  // RFC 7617 §2: the server would cut it at its first colon.
  if (user.includes(':')) refuse(place, 'a user with a colon', 'a user without one');
  if (/\p{Cc}/u.test(user + password)) {
    refuse(place, 'a control character in user or password', 'a user and a password without one');
  }
  return [{ user, password }];
}

/**
 * What a helper answers to `get`: JSON with a user and a secret.
 *
 * @throws EvidenceError CREDENTIAL_HELPER_FAILED
 */
export function parseHelperAnswer(bytes: Uint8Array, place: Place): Login | undefined {
  return concealed(place, () => {
    const reader = new ObjectReader(decodeJson(bytes, place.at), place.at);
    const [user, secret] = [reader.string('Username'), reader.string('Secret')];
    if (user !== REFRESH_TOKEN_USER) return loginOf(user, secret, reader)[0];
    return secret === '' ? undefined : { refreshToken: secret };
  });
}

/** Runs a parser of secrets. What it refuses gets this code, and no value is shown. */
function concealed<T>({ code, at, hint }: Place, parse: () => T): T {
  return orIfRefused(parse, (error) => {
    refuse(
      { code, at: error.at ?? at, hint: error.code === code ? error.hint : hint },
      error.found.replace(/^the (integer|float|boolean) .*$/s, 'another type: $1'),
      error.expected,
    );
  });
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
