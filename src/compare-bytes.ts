/**
 * As Go compares texts, and the same on every machine, whatever its locale. UTF-16 units would put U+FFFD behind U+1F600.
 */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
