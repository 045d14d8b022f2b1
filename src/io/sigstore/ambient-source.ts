import type { TokenSource } from '../../sign/identity-token.ts';

/** Where the sources look, beside the environment. Tests name other places. */
export interface AmbientPlaces {
  /** A token that something else keeps fresh. */
  readonly tokenFile: string;
  /** The name of this machine's product. */
  readonly productFile: string;
  /** Google's service for tokens of other accounts. */
  readonly googleCredentials: string;
}

export const AMBIENT_PLACES: AmbientPlaces = {
  tokenFile: '/var/run/sigstore/cosign/oidc-token',
  productFile: '/sys/class/dmi/id/product_name',
  googleCredentials: 'https://iamcredentials.googleapis.com',
};

export interface Ambience extends AmbientPlaces {
  readonly environment: NodeJS.ProcessEnv;
  /** For whom the token must be. */
  readonly audience: string;
}

/** A place from which a program gets an identity token without a person. */
export interface AmbientSource {
  readonly source: (ambience: Ambience) => TokenSource;
  /** Whether a variable or a file of its own shows it; it is not asked for that. */
  isThere(ambience: Ambience): boolean;
  /** @throws EvidenceError SERVICE_FAILED, SIGNING_FAILED, FILE_UNREADABLE */
  read(ambience: Ambience): Promise<string>;
}

/** An empty variable is one that nobody set. */
export function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

/** What a job or a machine asks for each time. */
export function askedBy(name: string): AmbientSource['source'] {
  return () => ({ name, renew: 'run it again: each time it gets a new identity token' });
}
