/**
 * What a product name has to contain, token by token, for each accelerator of AICR's recipes. Whole
 * tokens: a GB200 is no B200, an L40S no L40, an RTX A1000 no A100.
 */
const SKUS: readonly (readonly [string, readonly string[]])[] = [
  ['gb200', ['GB200']],
  ['gb300', ['GB300']],
  ['b200', ['B200']],
  ['h100', ['H100']],
  ['h200', ['H200']],
  ['a100', ['A100']],
  ['rtx-pro-6000', ['RTX', 'PRO', '6000']],
  ['l40', ['L40']],
  ['l40s', ['L40S']],
];

/** Unicode's White_Space and the hyphen: driver and node label write one name with either. */
const SEPARATOR = /[\t-\r\u0085\p{Z}-]+/u;

/** The accelerator that a product name means, e.g. `h100` for `NVIDIA-H100-80GB-HBM3`. */
export function acceleratorOfProduct(product: string): string | undefined {
  const tokens = product.toUpperCase().split(SEPARATOR);
  return SKUS.find(([, sequence]) => contains(tokens, sequence))?.[0];
}

/** AICR has recipes for these. No product name of a VR200 is known yet (2026-11). */
export function isAccelerator(text: string): boolean {
  return text === 'vr200' || SKUS.some(([sku]) => sku === text);
}

function contains(tokens: readonly string[], sequence: readonly string[]): boolean {
  return tokens.some((_, start) =>
    sequence.every((token, offset) => tokens[start + offset] === token),
  );
}
