// Where is signed when no signing config is named. Import it only where it is used: `await import`.

/** How messages name it. */
export const PUBLIC_GOOD_SIGNING_SOURCE = 'embedded public-good signing config';

/**
 * The services of Sigstore's public-good instance, byte for byte: `targets/signing_config.v0.2.json` of
 * https://github.com/sigstore/root-signing as of 2026-08-21, Apache License 2.0.
 */
const SIGNING_CONFIG = String.raw`{
  "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  "caUrls": [
    {
      "url": "https://fulcio.sigstore.dev",
      "majorApiVersion": 1,
      "validFor": {
        "start": "2022-04-13T20:06:15.000Z"
      },
      "operator": "sigstore.dev"
    }
  ],
  "oidcUrls": [
    {
      "url": "https://oauth2.sigstore.dev/auth",
      "majorApiVersion": 1,
      "validFor": {
        "start": "2022-04-13T20:06:15.000Z"
      },
      "operator": "sigstore.dev"
    }
  ],
  "rekorTlogUrls": [
    {
      "url": "https://rekor.sigstore.dev",
      "majorApiVersion": 1,
      "validFor": {
        "start": "2021-01-12T11:53:27.000Z"
      },
      "operator": "sigstore.dev"
    }
  ],
  "tsaUrls": [
    {
      "url": "https://timestamp.sigstore.dev/api/v1/timestamp",
      "majorApiVersion": 1,
      "validFor": {
        "start": "2025-07-04T00:00:00Z"
      },
      "operator": "sigstore.dev"
    }
  ],
  "rekorTlogConfig": {
    "selector": "ANY"
  },
  "tsaConfig": {
    "selector": "ANY"
  }
}
`;

/** The embedded `signing_config.v0.2.json`. */
export function publicGoodSigningConfig(): Uint8Array {
  return Buffer.from(SIGNING_CONFIG, 'utf8');
}
