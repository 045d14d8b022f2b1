import type { Data } from '../document/data.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { parseStart, parseUtcTime } from '../document/time.ts';
import { nearest } from '../nearest.ts';
import { quote } from '../quote.ts';
import { publicKeyIn } from '../trust/public-key.ts';
import type { CertificateClaims } from '../trust/trust.ts';
import {
  EXACT,
  USE_A_TEMPLATE,
  optional,
  placeOf,
  requireExact,
  requireIssuer,
  requireOneOf,
  requireText,
  requireTexts,
  requireTime,
} from './fields.ts';
import { IDENTITY_TYPES, TIERS } from './policy-signer.ts';
import type { NamedSigner, PolicySigner, ValidFor } from './policy-signer.ts';
import { parseTemplate } from './template.ts';

const RECIPES = {
  expected: 'names of recipes, at least one, each once',
  hint: 'write each name as `metadata.name` of the recipe has it, or leave "recipes" out',
};

/** What a document of version 1.0 may have. */
const KEYS_OF_1_0 = {
  policy: ['schemaVersion', 'signers'],
  signer: ['identity', 'issuer'],
} as const;

const SINCE_1_2: ReadonlySet<string> = new Set(['gate', 'label', 'verifiers']);
const LATER: ReadonlySet<string> = new Set([
  ...['minimumLogs', 'minimumTimestamps', 'maximumAgeDays', 'template', 'key', 'type', 'claims'],
  ...['tier', 'recipes', 'validFor', 'revokedAt', ...SINCE_1_2],
]);

/** A document says by its version what it needs: an older reader refuses what it does not know. */
export function refuseNewerKeys(
  reader: ObjectReader,
  minor: number,
  what: keyof typeof KEYS_OF_1_0,
): void {
  const known: readonly string[] = KEYS_OF_1_0[what];
  const newer = reader
    .names()
    .find(
      (name) =>
        (minor === 0 && LATER.has(name) && !known.includes(name)) ||
        (minor < 2 && SINCE_1_2.has(name)),
    );
  if (newer === undefined) return;
  reader.refuse(newer, {
    found: `${quote(newer)} in a policy of version 1.${minor}`,
    expected: minor === 0 ? `${known.join(' and ')} alone` : 'what version 1.1 has',
    hint: `write "schemaVersion": "1.${SINCE_1_2.has(newer) ? 2 : 1}.0"`,
  });
}

/** One entry of `signers`. */
export function parseSigner(data: Data, at: string, minor: number): PolicySigner {
  const reader = new ObjectReader(data, at);
  refuseNewerKeys(reader, minor, 'signer');
  const signer = readSigner(reader, at);
  reader.end();
  return signer;
}

/** What entries of all lists have. */
export function readSigner(reader: ObjectReader, at: string): PolicySigner {
  return {
    ...parseNamed(reader),
    at,
    label: optional(reader, 'label', (name) => requireText(reader, name, NAMELESS)),
    tier: optional(reader, 'tier', (name) => requireOneOf(reader, name, TIERS)),
    recipes: optional(reader, 'recipes', (name) => requireTexts(reader, name, RECIPES)),
    validFor: optional(reader, 'validFor', (name) => parseValidFor(reader.object(name))),
    revokedAt: optional(reader, 'revokedAt', (name) => requireTime(reader, name)),
  };
}

function parseNamed(reader: ObjectReader): NamedSigner {
  const [kind = 'identity', other] = WAYS.filter((name) => reader.has(name));
  if (other !== undefined) {
    const found = `both ${quote(kind)} and ${quote(other)}`;
    const expected = 'one of "identity", "template" and "key"';
    reader.refuse(other, { found, expected, hint: 'make an entry of each' });
  }
  if (kind === 'key') return { publicKey: requireKey(reader, kind) };
  requireOwnNames(reader, kind);
  return kind === 'template' ? parseTemplateSigner(reader) : parseIdentity(reader);
}

const NAMELESS = 'write who the signer is, or leave it out';
const WAYS = ['identity', 'template', 'key'] as const;

function parseIdentity(reader: ObjectReader): NamedSigner {
  return {
    subject: requireExact(reader, 'identity', USE_A_TEMPLATE),
    issuer: requireIssuer(reader),
    type: optional(reader, 'type', (name) => requireOneOf(reader, name, IDENTITY_TYPES)),
    claims: optional(reader, 'claims', (name) => parseClaims(reader.object(name))),
  };
}

/** The text says which type it is of. Only a user name must be said besides: nobody expects one. */
function parseTemplateSigner(reader: ObjectReader): NamedSigner {
  const template = parseTemplate(requireText(reader, 'template'), placeOf(reader, 'template'));
  const { type } = template;
  const wanted = optional(reader, 'type', (name) => requireOneOf(reader, name, IDENTITY_TYPES));
  if (wanted !== type && (wanted !== undefined || type === 'other')) {
    reader.refuse('type', {
      expected: `${quote(type)}, which the template is of`,
      hint: `write "type": ${quote(type)}, or another template`,
    });
  }
  return {
    template,
    issuer: requireIssuer(reader),
    claims: optional(reader, 'claims', (name) => parseClaims(reader.object(name))),
  };
}

function parseClaims(reader: ObjectReader): CertificateClaims {
  const read = (claim: keyof CertificateClaims): string | undefined =>
    optional(reader, claim, (name) => requireExact(reader, name, EXACT));
  const claims = {
    sourceRepositoryUri: read('sourceRepositoryUri'),
    sourceRepositoryId: read('sourceRepositoryId'),
    sourceRepositoryOwnerId: read('sourceRepositoryOwnerId'),
    sourceRepositoryRef: read('sourceRepositoryRef'),
    buildTrigger: read('buildTrigger'),
    runnerEnvironment: read('runnerEnvironment'),
  };
  reader.end();
  if (Object.values(claims).some((value) => value !== undefined)) return claims;
  return reader.refuse('sourceRepositoryUri', {
    expected: `at least one of ${Object.keys(claims).join(', ')}`,
    hint: 'name what the certificate must say, or leave "claims" out',
  });
}

function requireKey(reader: ObjectReader, name: string): Buffer {
  const hint = 'write the whole file of the public key, each end of a line as \\n';
  const pem = Buffer.from(requireText(reader, name));
  return publicKeyIn(pem, { ...placeOf(reader, name), hint }).spki;
}

function parseValidFor(reader: ObjectReader): ValidFor {
  const start = optional(reader, 'start', (name) => requireTime(reader, name, parseStart));
  const end = optional(reader, 'end', (name) => requireTime(reader, name));
  reader.end();
  if (start !== undefined && end !== undefined && start > end) refuseWindow(reader);
  if ((start ?? end) !== undefined) return { start, end };
  return reader.refuse('end', {
    expected: '"start" or "end"',
    hint: 'write from when, or until when, the signer may sign',
  });
}

/** The start was rounded up, and the end cut off. */
function refuseWindow(reader: ObjectReader): never {
  const [start, end] = [reader.string('start'), reader.string('end')];
  const isWithin = parseUtcTime(start)?.getTime() === parseUtcTime(end)?.getTime();
  return reader.refuse('end', {
    found: isWithin
      ? `${quote(end)}, in the same millisecond as the start ${quote(start)}`
      : `${quote(end)}, before the start ${quote(start)}`,
    expected: isWithin
      ? 'a window with a whole millisecond: times are compared in milliseconds'
      : 'an end that is not before the start',
    hint: isWithin ? 'write an earlier start or a later end' : 'correct "start" or "end"',
  });
}

/** The names of another tool are all told at once. One that is only misspelt has a better answer of its own. */
function requireOwnNames(reader: ObjectReader, kind: 'identity' | 'template'): void {
  const names = [kind, 'issuer'];
  const missing = names.find((name) => !reader.has(name));
  const others = reader.names().filter((name) => !names.includes(name) && !LATER.has(name));
  if (missing === undefined || others.length === 0) return;
  if (nearest(missing, others) !== undefined) return;
  reader.refuse(missing, {
    found: `no ${quote(missing)}, but ${others
      .slice(0, 3)
      .map((name) => quote(name, 60))
      .join(', ')}`,
    expected: '"identity", who may sign, and "issuer", who vouches for it',
    hint: 'write "identity" and "issuer" for the names of your policy',
  });
}
