// How an artifact in a registry is named.

/** A registry, a repository of one part or more, and a tag or digest or both. */
const REFERENCE =
  /^(?<name>[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+(?::\w[\w.-]{0,127})?)(?:@sha256:(?<hex>[0-9a-f]{64}))?$/;

export interface Reference {
  /** Without the digest: `ghcr.io/org/aicr-evidence:tag`. */
  readonly name: string;
  /** 64 hexadecimal digits; undefined if it names none. */
  readonly hex: string | undefined;
}

/** Undefined if the text is none. */
export function parseReference(text: string): Reference | undefined {
  const { name, hex } = REFERENCE.exec(text)?.groups ?? {};
  return name === undefined ? undefined : { name, hex };
}

/** Whether its first part, of two or more, can be a registry, as Docker tells one from a folder. */
export function namesRegistry(text: string): boolean {
  const [first = '', ...others] = text.split('/');
  return others.length > 0 && (first === 'localhost' || /[^.][.:]/.test(first));
}
