// The kinds of files that somebody asks for, and what a row of the table of kinds is (`file-rows.ts`).

/**
 * The kinds that somebody asks for: what takes them, where they come from, and a name that such a file may have. What
 * is read by several commands is asked for by each with a flag or argument of its own, so a hint names the whole command.
 */
export const WANTED = {
  archive: {
    what: 'a .tar.gz file or a directory',
    place: 'affidavit verify-evidence',
    source: 'what affidavit validate --emit-evidence wrote',
    example: 'evidence.tar.gz',
  },
  recipe: {
    what: 'a resolved recipe',
    place: 'affidavit validate --recipe',
    source: 'what `aicr recipe` wrote',
    example: 'recipe.yaml',
  },
  recipes: {
    what: 'an overlay, a mixin, a registry or a resolved recipe',
    place: 'affidavit recipe lint',
    source: "a file of AICR's recipes, or what `aicr recipe` wrote",
    example: 'overlay.yaml',
  },
  snapshot: {
    what: 'a snapshot',
    place: 'affidavit validate --snapshot',
    source: 'what `aicr snapshot` wrote',
    example: 'snapshot.yaml',
  },
  results: {
    what: 'a CTRF report',
    place: 'affidavit validate --results',
    source: 'the CTRF reports that the validators wrote',
    example: 'deployment.json',
  },
  bom: {
    what: 'a bill of materials',
    place: 'affidavit validate --bom',
    source: 'a bill of materials in CycloneDX JSON',
    example: 'bom.cdx.json',
  },
  policy: {
    what: 'a policy in JSON',
    place: 'affidavit verify-evidence --policy',
    source: 'a JSON file that lists who may sign, or the allowlist.yaml of AICR',
    example: 'signers.json',
  },
  revealed: {
    what: 'revealed values',
    place: 'affidavit verify-evidence --revealed',
    source: 'what affidavit evidence reveal wrote',
    example: 'revealed.json',
  },
  openings: {
    what: 'openings, with the secret in them',
    place: 'affidavit evidence reveal --openings',
    source: 'what affidavit validate --openings wrote',
    example: 'openings.json',
  },
  pointer: {
    what: 'a pointer to evidence',
    place: 'affidavit verify-evidence',
    source: 'what affidavit evidence pointer wrote',
    example: 'pointer.yaml',
  },
  report: {
    what: 'a JSON report',
    place: 'affidavit report',
    source: 'what affidavit verify-evidence --format json wrote, or affidavit validate',
    example: 'report.json',
  },
  'trusted-root': {
    what: 'a Sigstore trusted root',
    place: 'affidavit verify-evidence --trusted-root',
    source: 'a trusted_root.json as Sigstore publishes it',
    example: 'trusted_root.json',
  },
  'signing-config': {
    what: 'a Sigstore signing config',
    place: 'affidavit validate --signing-config',
    source: 'a signing_config.json as Sigstore publishes it',
    example: 'signing_config.json',
  },
  'tuf-root': {
    what: 'the root of a TUF repository',
    place: 'affidavit trust update --tuf-root',
    source: 'a root.json of your TUF repository',
    example: 'root.json',
  },
  'trust-cache': {
    what: 'what `affidavit trust update` wrote',
    place: 'AFFIDAVIT_TRUST_CACHE',
    source: 'the directory that `affidavit trust update` writes to',
    example: 'public-good.json',
  },
  'ca-certificates': {
    what: 'certificates in PEM',
    place: 'affidavit validate --ca-certificates',
    source: 'the certificates, in PEM, of the authority of your network',
    example: 'ca.pem',
  },
  'private-key': {
    what: 'a private key in PEM',
    place: 'affidavit validate --key',
    source: 'a private key in PEM: PKCS #8, SEC 1, PKCS #1, or a key file of cosign',
    example: 'signer.key',
  },
  'public-key': {
    what: 'a public key in PEM',
    place: 'affidavit verify-evidence --public-key',
    source: 'the public key of whoever signed, in PEM',
    example: 'signer.pub',
  },
} as const;

export type FileKind = keyof typeof WANTED;

/** What to name in place of a file of another kind. */
export function nameWanted(wanted: FileKind): string {
  return `name here ${WANTED[wanted].source}`;
}

/** The start of a file. */
export interface Look {
  readonly bytes: Uint8Array;
  /** A character for each byte. */
  readonly text: string;
  readonly isJson: boolean;
  /** The fields at the top of a JSON or YAML document, with the texts of those that are scalars. */
  readonly fields: ReadonlyMap<string, string>;
}

/** A row of the table. */
export interface Row {
  readonly what: string | ((look: Look, wanted: FileKind) => string);
  readonly fits: (look: Look) => boolean;
  /** If it is a kind that somebody asks for, which. */
  readonly kind?: FileKind;
  /** How the wanted file is made of it, which is a word of a command; undefined if it cannot be. */
  readonly fix?: (wanted: FileKind, look: Look, file: string) => string | undefined;
  /** Where it belongs. */
  readonly goes?: string;
}
