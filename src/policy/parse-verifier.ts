import { isDigest, type Digest } from '../digest.ts';
import type { Data } from '../document/data.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { quote } from '../quote.ts';
import { MAX_DAYS, optional, optionalCount, placeOf, requireTexts } from './fields.ts';
import { readSigner } from './parse-signer.ts';
import type { PolicySigner, VerifierTerms } from './policy-signer.ts';
import { parseTemplate, type Template } from './template.ts';

/** One entry of `verifiers`: a signer, and as whom, and of what, it may say that it was verified. */
export function parseVerifier(data: Data, at: string): PolicySigner {
  const reader = new ObjectReader(data, at);
  const entry = { ...readSigner(reader, at), verifier: readTerms(reader) };
  reader.end();
  return entry;
}

function readTerms(reader: ObjectReader): VerifierTerms {
  return {
    ids: requireUris(reader, 'verifierIds', NO_PATTERN),
    resources: optional(reader, 'resources', (name) => requireResources(reader, name)),
    policies: optional(reader, 'policyDigests', (name) => requireDigests(reader, name)),
    properties: optional(reader, 'properties', (name) => requireTexts(reader, name, PROPERTIES)),
    maximumAgeDays: optionalCount(reader, 'maximumAgeDays', MAX_DAYS),
  };
}

const PROPERTIES = {
  expected: 'what must have been verified, at least one, each once',
  hint: 'write it as the summary has it, e.g. "AFFIDAVIT_VERIFIED"',
};

const NO_PATTERN = 'write each as the summary has it; it is compared as a whole';

/** Elsewhere `*` means anything: here it would be a name that nobody has. */
function requireUris(reader: ObjectReader, name: string, hint: string): VerifierTerms['ids'] {
  const uris = requireTexts(reader, name, { expected: 'URIs, at least one, each once', hint });
  const wrong = uris.find((uri) => uri.includes('*') || !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri));
  if (wrong === undefined) return uris;
  return reader.refuse(name, { found: quote(wrong), expected: 'a URI, without *', hint });
}

/** A template leaves open what differs from resource to resource, e.g. the digest. */
function requireResources(reader: ObjectReader, name: string): readonly (string | Template)[] {
  const hint = 'write a URI, or a template like oci://ghcr.io/owner/evidence@sha256:{digest}';
  return requireUris(reader, name, hint).map((uri) =>
    /[{}]/.test(uri) ? parseTemplate(uri, placeOf(reader, name)) : uri,
  );
}

function requireDigests(reader: ObjectReader, name: string): readonly Digest[] {
  const hint = 'write the SHA-256 of the policy file';
  const expected = 'sha256: and 64 lower-case hexadecimal digits, at least one, each once';
  return requireTexts(reader, name, { expected, hint }).map((text) =>
    isDigest(text) ? text : reader.refuse(name, { found: quote(text), expected, hint }),
  );
}
