// What is said of a registry that does not do what it is asked.

import type { ErrorCode } from '../../errors/catalogue.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { told, type ServiceName } from '../http/no-answer.ts';
import type { Scope } from './authorizer.ts';

/** The registry, as errors name it. */
export interface RegistryName extends ServiceName {
  /** `HOST[:PORT]`. */
  readonly host: string;
  /** Whose credentials were sent; undefined: none. */
  readonly source: string | undefined;
}

/** An answer that is no success. */
interface Refusal {
  readonly status: number;
  /** The beginning of its body. */
  readonly said: string;
}

/** What was asked for, e.g. `the blob sha256:…`, and what it needs. */
interface Asked {
  readonly what: string;
  readonly actions?: Scope['actions'];
}

export function registryFailed(
  registry: RegistryName,
  { status, said }: Refusal,
  { what, actions = 'pull' }: Asked = { what: '' },
): EvidenceError {
  const { at, source } = registry;
  const who = source === undefined ? 'asked without credentials' : `with credentials of ${source}`;
  const [code, expected, hint] = meaningOf({ status, said, actions }, registry);
  return new EvidenceError(code, {
    at,
    found: `status ${status} for ${what}, ${who}${told(registry, saidIn(said))}`,
    expected,
    hint,
  });
}

type Meaning = readonly [code: ErrorCode, expected: string, hint: string];

function meaningOf(refusal: Refusal & Pick<Asked, 'actions'>, registry: RegistryName): Meaning {
  const { status, said } = refusal;
  const { host, source } = registry;
  const login = `docker login ${host}`;
  if (status === 401 || status === 403) {
    return ['REGISTRY_REFUSED', 'a registry that allows it', loginHint(refusal, registry)];
  }
  if (status === 404) {
    const hint = 'check the name of the repository; some registries want it created first';
    return ['REGISTRY_LACKS', 'a registry that has it', hint];
  }
  const expected = 'a successful answer';
  // As Go's server and nginx say it.
  if (status === 400 && /\bHTTP request .*\bHTTPS\b/i.test(said)) {
    const hint =
      'it was asked by http, as every registry on this machine, and wants https: name the certificates of its authority, --registry-ca FILE';
    return ['SERVICE_FAILED', expected, hint];
  }
  if (status === 429) {
    const more = source === undefined ? `, or log in, which often allows more: ${login}` : '';
    return ['SERVICE_FAILED', expected, `it was asked too often: try again later${more}`];
  }
  const hint =
    status >= 500
      ? 'the registry is busy or down: try again later'
      : 'check this address: the registry does not take what was asked';
  return ['SERVICE_FAILED', expected, hint];
}

function loginHint(
  { status, actions }: Pick<Refusal & Asked, 'actions' | 'status'>,
  { host, source }: RegistryName,
): string {
  const login = `docker login ${host}`;
  if (source !== undefined) {
    return status === 401
      ? `these credentials are wrong or expired, or may not do this here: ${login}`
      : `check that these credentials may do this here; for others: ${login}`;
  }
  if (actions === 'pull,push') return `log in: ${login}`;
  return `log in: ${login}. To be read by everybody it has to be public: is the package public?`;
}

/** Code and message of the errors that registries tell (distribution-spec, "Error Codes"); else the text. */
function saidIn(text: string): string {
  const error = fieldOf(firstOf(fieldOf(parsed(text), 'errors')), 'code');
  const message = fieldOf(firstOf(fieldOf(parsed(text), 'errors')), 'message');
  const words = [error, message].filter((word) => typeof word === 'string' && word !== '');
  return words.length > 0 ? words.join(': ') : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
