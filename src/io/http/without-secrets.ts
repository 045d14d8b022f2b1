/**
 * This many characters of a secret in a row are a piece of it. Fewer could be chance, and do not help to
 * guess it.
 */
const PIECE = 8;

/**
 * Without each word that has a piece of a secret, in base64 too. A service may repeat only a part of it, e.g. of a JWT.
 * Small and capital letters are the same: the host of an address is in small ones.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap(formsOf);
  const small = inSmall(text);
  const told = new Set<number>();
  for (const form of forms) {
    const length = Math.min(PIECE, form.length);
    for (let start = 0; start + length <= small.length; start += 1) {
      if (!form.includes(small.slice(start, start + length))) continue;
      for (let index = start; index < start + length; index += 1) told.add(index);
    }
  }
  if (told.size === 0) return text;
  return text.replaceAll(/\S+/g, (word, at: number) =>
    Array.from(word, (_, index) => at + index).some((index) => told.has(index)) ? '…' : word,
  );
}

/** Whether one of them stands in it as a whole. One that is short may stand there by chance. */
export function hasSecret(text: string, secrets: readonly string[]): boolean {
  const small = inSmall(text);
  const forms = secrets.flatMap(formsOf);
  return forms.some((form) => form.length >= PIECE && small.includes(form));
}

function formsOf(secret: string): readonly string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [secret, base64, bytes.toString('base64url'), encodeURIComponent(secret)].map(inSmall);
}

/** As long as it was, so that the places stay. */
function inSmall(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
