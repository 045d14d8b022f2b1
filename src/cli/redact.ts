// The last line of defence: whatever an error repeats, a secret at the wrong place is not in it.

/** Its header is base64url of `{"`. In base64 it may be a key file of cosign, which goes on after a line break. */
const JSON_IN_BASE64 = /eyJ[\w+/-]{6,}(?:[\w+/=.-]|\\+(?:[nr]|u000[ad])|[\r\n])*/g;

/** Up to the end of the text, if its own end was cut off. */
const PEM = /-----BEGIN[^]*?(?:-----END[^]*?-----|$)/g;

/** Base64 that may be DER, with the line breaks in it, as they are or escaped. */
const DER_IN_BASE64 = /(?<![\w+])M[\w+/-]{39}(?:[\w+/=-]|\\+(?:[nr]|u000[ad])|[\r\n])*/g;

/** Whose values are secret, wherever they come from. */
const SECRET_VARIABLES = [
  'COSIGN_PASSWORD',
  'SIGSTORE_ID_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'BUILDKITE_AGENT_ACCESS_TOKEN',
  'GITHUB_TOKEN',
] as const;

/** A shorter value could be any word, and what is left out would tell it. */
const MIN_SECRET = 8;

export function redact(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  const secrets = SECRET_VARIABLES.flatMap((name) => {
    const value = environment[name]?.trim() ?? '';
    return value.length < MIN_SECRET ? [] : [value, JSON.stringify(value).slice(1, -1)];
  });
  const told = secrets.reduce((left, secret) => left.replaceAll(secret, '…'), text);
  return told
    .replaceAll(PEM, '…')
    .replaceAll(JSON_IN_BASE64, '…')
    .replaceAll(DER_IN_BASE64, (run) => (isKey(run) ? '…' : run));
}

/** Whether a word has a key in it, or another file in PEM: the content where the file's name should be. */
export function holdsKey(word: string): boolean {
  return (
    word.includes('-----BEGIN') ||
    word.includes(COSIGN_KEY) ||
    [...word.matchAll(DER_IN_BASE64)].some(([run]) => isKey(run))
  );
}

/** Base64 of `{"kdf"`. */
const COSIGN_KEY = 'eyJrZGYi';

/**
 * A sequence that begins with a small version, as PKCS #8, PKCS #1 and SEC 1 do, or with an algorithm, as
 * encrypted and public keys do.
 */
function isKey(base64: string): boolean {
  const [tag, length = 0, ...more] = Buffer.from(base64.slice(0, 16), 'base64');
  const content = more.slice(length < 0x80 ? 0 : length - 0x80);
  const [first, size, next = 0] = content;
  return (
    tag === 0x30 &&
    ((first === 0x02 && size === 1 && next <= 3) || (first === 0x30 && next === 0x06))
  );
}
