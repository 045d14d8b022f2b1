/**
 * This many characters of a secret in a row are a piece of it. Fewer could be chance, and do not help to
 * guess it.
 */
const PIECE = 8;

/**
 * Without each word that has a piece of a secret. A service may repeat only a part of it, e.g. of a JWT.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return text.replaceAll(/\S+/g, (word) => {
    const told = secrets.some((secret) => sharesPiece(word, secret));
    return told ? '…' : word;
  });
}

function sharesPiece(word: string, secret: string): boolean {
  const length = Math.min(PIECE, secret.length);
  for (let start = 0; start + length <= word.length; start += 1) {
    if (secret.includes(word.slice(start, start + length))) return true;
  }
  return false;
}
