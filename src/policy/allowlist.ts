// The allowlist of https://github.com/NVIDIA/aicr, `recipes/evidence/allowlist.yaml`, as a policy.

import { isDataMap, type Data } from '../document/data.ts';
import { ObjectReader, requireVersion10 } from '../document/object-reader.ts';
import { decodeYaml } from '../document/yaml.ts';
import { orIfRefused } from '../errors/evidence-error.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import { optional, placeOf, requireIssuer, requireText } from './fields.ts';
import { parsePattern } from './pattern.ts';
import type { PolicySigner, Tier } from './policy-signer.ts';

const LISTS: readonly (readonly [name: string, tier: Tier])[] = [
  ['firstParty', 'first-party'],
  ['partner', 'partner'],
  ['community', 'community'],
];

/** By its lists, or because it is a map in YAML: the name of a list may be misspelt. Our own policy is JSON. */
export function looksLikeAllowlist(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  if (/^\s*\{/.test(text)) return false;
  return /^(["']?)(?:firstParty|partner|community)\1[ \t]*:/m.test(text) || isYamlMap(bytes);
}

function isYamlMap(bytes: Uint8Array): boolean {
  return orIfRefused(
    () => isDataMap(decodeYaml(bytes, 'policy')),
    () => false,
  );
}

/** Throws what a reader throws, or POLICY_INVALID. Like AICR, it refuses unknown fields and what is there twice. */
export function parseAllowlist(
  bytes: Uint8Array,
  file: string,
): { readonly signers: readonly PolicySigner[] } {
  const reader = new ObjectReader(decodeYaml(bytes, file), file);
  requireVersion(reader);
  const text = Buffer.from(bytes).toString();
  const signers = LISTS.flatMap(([name, tier]) =>
    reader.optionalList(name, (data, at) => parseEntry(data, at, tier, text)),
  );
  reader.end();
  requireOnce(signers, 'label', ({ label }) => label);
  requireOnce(signers, 'source', (signer) => ('source' in signer ? signer.source : undefined));
  requireOnce(signers, 'identityPattern', (signer) =>
    'template' in signer ? `${signer.issuer} ${signer.template.literals[0]}` : undefined,
  );
  if (signers.length > 0) return { signers };
  const place = { code: 'POLICY_INVALID', at: file, hint: 'name who may sign' } as const;
  return refuse(place, 'an allowlist without entries', 'at least one entry');
}

function requireVersion(reader: ObjectReader): void {
  if (!reader.has('schemaVersion')) {
    for (const [name] of LISTS) reader.data(name);
    reader.end();
    reader.refuse('schemaVersion', {
      code: 'POLICY_INVALID',
      expected: 'schemaVersion: 1.0.0',
      hint: 'add the line "schemaVersion: 1.0.0", as the allowlist of AICR has it',
    });
  }
  requireVersion10(reader, 'upgrade affidavit, or write a policy in JSON');
}

/** @param text the whole allowlist */
function parseEntry(data: Data, at: string, tier: Tier, text: string): PolicySigner {
  const reader = new ObjectReader(data, at);
  const label = optional(reader, 'label', (name) => reader.text(name));
  const issuer = requireIssuer(reader);
  const source = optional(reader, 'source', (name) => requireSource(reader, name));
  const signer = optional(reader, 'identityPattern', (name) =>
    parsePattern(requireText(reader, name), placeOf(reader, name), text),
  );
  reader.end();
  if (source === undefined && signer !== undefined) return { ...signer, issuer, at, label, tier };
  if (source !== undefined && signer === undefined) return { source, issuer, at, label, tier };
  return reader.refuse('source', {
    code: 'POLICY_INVALID',
    found: source === undefined ? 'neither' : 'both',
    expected: 'one of "source" and "identityPattern"',
    hint: 'name the signer in one way',
  });
}

function requireSource(reader: ObjectReader, name: string): string {
  const source = reader.text(name);
  if (/^[0-9a-f]{32}$/.test(source)) return source;
  return reader.refuse(name, {
    code: 'POLICY_INVALID',
    found: quote(source),
    expected: '32 lowercase hexadecimal digits',
    hint: 'write the first 32 digits of the SHA-256 of issuer, line feed and identity',
  });
}

/** What is there twice is a mistake, and AICR refuses it. */
function requireOnce(
  signers: readonly PolicySigner[],
  name: string,
  keyOf: (signer: PolicySigner) => string | undefined,
): void {
  const seen = new Map<string, string | undefined>();
  for (const signer of signers) {
    const key = keyOf(signer);
    if (key === undefined) continue;
    if (seen.has(key)) {
      const place = {
        code: 'POLICY_INVALID',
        at: `${signer.at}/${name}`,
        hint: 'remove one of the two',
      } as const;
      refuse(place, `${quote(key)} twice: it is also at ${seen.get(key)}/${name}`, 'each once');
    }
    seen.set(key, signer.at);
  }
}
