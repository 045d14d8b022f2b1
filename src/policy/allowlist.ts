// The allowlist of https://github.com/NVIDIA/aicr, `recipes/evidence/allowlist.yaml`, as a policy.

import { isDataMap, type Data } from '../document/data.ts';
import { ObjectReader, requireVersion10 } from '../document/object-reader.ts';
import { decodeYaml } from '../document/yaml.ts';
import { unlessRefused } from '../errors/evidence-error.ts';
import { refuse, type Place } from '../place.ts';
import { escapeInvisible, quote, shorten } from '../quote.ts';
import { optional, placeOf, requireIssuer, requireText } from './fields.ts';
import { USUAL_GATE, type GatePolicy } from './gate-policy.ts';
import type { PolicySigner, Tier } from './policy-signer.ts';
import { parseTemplate, type Template } from './template.ts';

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
  return isDataMap(unlessRefused(() => decodeYaml(bytes, 'policy')));
}

/** Throws what a reader throws, or POLICY_INVALID. Like AICR, it refuses unknown fields and what is there twice. */
export function parseAllowlist(
  bytes: Uint8Array,
  file: string,
): { readonly signers: readonly PolicySigner[]; readonly gate: GatePolicy } {
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
  // AICR's gate only warns.
  if (signers.length > 0) return { signers, gate: { ...USUAL_GATE, mode: 'warn' } };
  const place = { code: 'POLICY_INVALID', at: file, hint: 'name who may sign' } as const;
  return refuse(place, 'an allowlist without entries', 'at least one entry');
}

function requireVersion(reader: ObjectReader): void {
  if (!reader.has('schemaVersion')) {
    for (const [name] of LISTS) reader.data(name);
    reader.end();
    reader.refuse('schemaVersion', {
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
    found: source === undefined ? 'neither' : 'both',
    expected: 'one of "source" and "identityPattern"',
    hint: 'name the signer in one way',
  });
}

function requireSource(reader: ObjectReader, name: string): string {
  const source = reader.text(name);
  if (/^[0-9a-f]{32}$/.test(source)) return source;
  return reader.refuse(name, {
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

// A regular expression of AICR's allowlist as an exact name or a template.

type PatternName = { readonly subject: string } | { readonly template: Template };

/** What means the same in our templates: a character, escaped or not; all but `/`; and at the end anything. */
const PIECES = /\\([^A-Za-z0-9{}*])|(\[\^(?:\/|\/@|@\/)\]\+)|(\.\+$)|([^\\.*+?()[\]{}|^$])|\\?./gsu;

/**
 * `.+` and `[^/]+` would take `@` too; a placeholder does not, so nobody is allowed whom AICR does not allow.
 *
 * @param document the whole allowlist, whose lines a complaint names
 * @throws EvidenceError with the place's code
 */
function parsePattern(pattern: string, place: Place, document: string): PatternName {
  const name = readPattern(pattern);
  if (!('wrong' in name)) return name;
  const found = `${shown(pattern)}${onLines(pattern, document)}`;
  const hint = instead(pattern, name.json);
  return refuse({ ...place, hint }, `${found}${name.wrong}`, name.expected);
}

/** Why a pattern is refused. */
interface Unsayable {
  readonly wrong: string;
  readonly expected: string;
  /** The template that says the same in a policy in JSON, if one can. */
  readonly json?: string | undefined;
}

function readPattern(pattern: string): PatternName | Unsayable {
  const inside = /^\^(.*)\$$/s.exec(pattern)?.[1];
  if (inside === undefined) {
    return { wrong: '', expected: 'a pattern that begins with ^ and ends with $' };
  }
  const matches = [...inside.matchAll(PIECES)];
  // No group has taken part.
  const odd = matches.find((match) => match.slice(1).join('') === '');
  if (odd !== undefined) {
    return {
      wrong: `, whose ${shown(odd[0])} no template can say`,
      expected: 'escaped characters, [^/]+, and .+ at the end: all that a template can say',
    };
  }
  // No literal piece has a brace.
  let parts = 0;
  const pieces = matches.map(([, escaped, part, rest, plain]) => {
    if (part !== undefined) return `{part${parts++}}`;
    return rest === undefined ? (escaped ?? plain ?? '') : '{rest...}';
  });
  return nameOf(pieces);
}

function nameOf(pieces: readonly string[]): PatternName | Unsayable {
  const text = pieces.join('');
  const open = pieces.findIndex((piece) => piece.startsWith('{'));
  const fixed = open === -1 ? pieces : pieces.slice(0, open);
  const expected = 'a pattern in which only what follows an @ may differ';
  if (!fixed.includes('@')) {
    const json = pieces.includes('@') && templateOf(text) !== undefined ? text : undefined;
    return { wrong: '', expected, json };
  }
  if (open === -1) return { subject: text };
  const template = templateOf(text);
  if (template !== undefined) return { template };
  const owner = 'a pattern that writes out scheme, host and owner, or the domain';
  return { wrong: `, which leaves too much open (${quote(text)})`, expected: owner };
}

function templateOf(text: string): Template | undefined {
  return unlessRefused(() => parseTemplate(text, { code: 'POLICY_INVALID', at: '', hint: '' }));
}

function instead(pattern: string, json: string | undefined): string {
  const fixed = corrected(pattern);
  if (fixed !== pattern && !('wrong' in readPattern(fixed))) {
    const dot = pattern.includes('.') ? String.raw` (\. is a dot, . is any character)` : '';
    return `if that is what you mean, write ${shown(fixed)}${dot}`;
  }
  const how = json === undefined ? 'by "identity" and "template"' : `by "template": ${quote(json)}`;
  return `name each of these signers by "source", or write a policy in JSON, ${how}`;
}

/** With what people forget: both anchors, and the backslash before a dot and before the + of an e-mail address. */
function corrected(pattern: string): string {
  const inside = pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  const escaped = inside.replaceAll(/\\.|\.(?![+*?{])|(?<=[A-Za-z0-9])\+/gs, (text) =>
    text.startsWith('\\') ? text : `\\${text}`,
  );
  return `^${escaped.replace(/(?<!\\)\.\*$/, '.+')}$`;
}

/** As YAML has it between single quotes, where a backslash is one character. */
function shown(text: string): string {
  return `'${escapeInvisible(shorten(text, 200)).replaceAll("'", "''")}'`;
}

/** An editor counts lines, not entries. Nothing, if the text is written in another way. */
function onLines(pattern: string, document: string): string {
  const single = `'${pattern.replaceAll("'", "''")}'`;
  const spellings = [single, JSON.stringify(pattern), ` ${pattern} `];
  const lines = document.split('\n').flatMap((line, index) => {
    const isHere = spellings.some((spelling) => `${line.trimEnd()} `.includes(spelling));
    return isHere && !line.trimStart().startsWith('#') ? [index + 1] : [];
  });
  if (lines.length === 0) return '';
  return ` on ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
}
