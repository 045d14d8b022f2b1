import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { errorJson } from '../../src/cli/print-error.ts';
import { digestOf } from '../../src/digest.ts';
import { MATCH_DIMENSIONS } from '../../src/dimensions.ts';
import type { Json } from '../../src/document/data.ts';
import { decodeJson } from '../../src/document/json.ts';
import { ObjectReader } from '../../src/document/object-reader.ts';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { buildPredicate, parsePredicate } from '../../src/evidence/claim/predicate.ts';
import { EVIDENCE_LAYOUT, ctrfFile } from '../../src/evidence/layout.ts';
import { PHASES, TEST_STATUSES } from '../../src/evidence/phase/phase.ts';
import { CHECK_NAMES, MORE_CHECKS } from '../../src/evidence/verify/checks.ts';
import { encodeManifest, parseManifest } from '../../src/manifest/manifest.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { encodeReport } from '../../src/report/encode-report.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import type { JsonObject } from '../../src/report/json.ts';
import { LIMIT_OF_TRUST, type VerificationJson } from '../../src/report/report-json.ts';
import { refusalOf } from '../document/refusal.ts';
import { placesOf, pointerOf, withChange } from '../evidence/claim/json-places.ts';
import { FACTS, VALIDATIONS, VERIFICATIONS, VERIFIED } from './example-reports.ts';
import { UPDATING } from './golden.ts';
import { hugeReports, withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';

const NAMES = [
  'manifest',
  'predicate',
  'report',
  'validation-report',
  'policy',
  'trust',
  'status',
  'summary-report',
] as const;
const EXIT_CODES = { verified: 0, failed: 1, invalid: 2, unjudged: 3, undecided: 4 };

type Schema = Readonly<Record<string, unknown>>;

function fileOf(name: string): URL {
  return new URL(`../../schemas/${name}.schema.json`, import.meta.url);
}

function schemaOf(name: string): Schema {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Schema;
}

/** A new code reaches the schemas with `UPDATE_GOLDEN=1`; format them afterwards. */
function updateCodes(name: string): void {
  const schema = schemaOf(name) as { readonly $defs: { readonly code: { enum: string[] } } };
  schema.$defs.code.enum = Object.keys(ERROR_CATALOGUE);
  writeFileSync(fileOf(name), `${JSON.stringify(schema, null, 2)}\n`);
}

const WITH_ALL_CODES = ['report', 'validation-report', 'fingerprint', 'status', 'summary-report'];

if (UPDATING) WITH_ALL_CODES.forEach(updateCodes);

function validatorOf(name: (typeof NAMES)[number]): ValidateFunction {
  // Each by itself: a reader of one document needs one file.
  const lenient = { strictTypes: false, strictRequired: false, strictTuples: false };
  return new Ajv2020({ strict: true, ...lenient }).compile(schemaOf(name));
}

function complaints(validate: ValidateFunction, document: unknown): readonly string[] {
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Every place of a document to which a field can be added. */
function withExtraField(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) {
    const items: readonly unknown[] = document;
    return items.flatMap((item, index) =>
      withExtraField(item).map((changed) => items.with(index, changed)),
    );
  }
  if (typeof document !== 'object' || document === null) return [];
  const inner = Object.entries(document).flatMap(([key, value]: [string, unknown]) =>
    withExtraField(value).map((changed) => ({ ...document, [key]: changed })),
  );
  return [{ ...document, extra: 1 }, ...inner];
}

const jsonOf = (json: object): unknown => JSON.parse(encodeReport(json));

const REPORTS = Object.entries(VERIFICATIONS).map(
  ([name, report]) => [name, jsonOf(verificationJson(report))] as const,
);
const VALIDATION_REPORTS = Object.entries(VALIDATIONS).map(
  ([name, report]) => [name, jsonOf(validationJson(report))] as const,
);

describe('every schema', () => {
  it.each(NAMES)('%s has the one draft, a stable name and its version', (name) => {
    const version = name === 'policy' ? '1.2.0' : '1.0.0';
    const schema = schemaOf(name);
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema['$id']).toBe(`urn:affidavit:schema:${name}:${version}`);
    expect(schema['required']).toContain('schemaVersion');
  });

  it.each(['report', 'validation-report'])('%s, which we alone write, has one version', (name) => {
    expect(schemaOf(name)).toMatchObject({ properties: { schemaVersion: { const: '1.0.0' } } });
  });

  it.each(NAMES)('%s needs no other file', (name) => {
    const references = [...readFileSync(fileOf(name), 'utf8').matchAll(/"\$ref": "([^"]*)"/g)];
    expect(references.filter(([, target]) => target?.startsWith('#/$defs/') !== true)).toEqual([]);
    expect(validatorOf(name)).toBeTypeOf('function');
  });

  it.each(WITH_ALL_CODES)('%s names every error code', (name) => {
    expect(schemaOf(name)).toMatchObject({
      $defs: { code: { enum: Object.keys(ERROR_CATALOGUE) } },
    });
  });

  it('names what the code names', () => {
    for (const name of ['report', 'validation-report']) {
      expect(schemaOf(name)).toMatchObject({
        $defs: {
          match: {
            properties: {
              perDimension: { items: { properties: { dimension: { enum: MATCH_DIMENSIONS } } } },
            },
          },
          phase: {
            properties: {
              phase: { enum: PHASES },
              counts: { required: TEST_STATUSES },
              tests: { items: { properties: { status: { enum: TEST_STATUSES } } } },
            },
          },
        },
        properties: { limitOfTrust: { const: LIMIT_OF_TRUST } },
      });
    }
    expect(schemaOf('report')).toMatchObject({
      properties: {
        verdict: { enum: Object.keys(EXIT_CODES) },
        checks: {
          minItems: CHECK_NAMES.length,
          maxItems: CHECK_NAMES.length + MORE_CHECKS.length,
          allOf: [
            {
              prefixItems: CHECK_NAMES.map((name) => ({ properties: { name: { const: name } } })),
              items: { properties: { name: { enum: MORE_CHECKS } } },
            },
          ],
        },
      },
      $defs: {
        check: { properties: { name: { enum: [...CHECK_NAMES, ...MORE_CHECKS] } } },
      },
    });
  });

  it('says the same in both reports of what both have', () => {
    const [report, validation] = ['report', 'validation-report'].map(
      (name) => schemaOf(name)['$defs'] as Schema,
    );
    expect(report).toMatchObject(validation ?? {});
  });
});

describe('E-45 the schema of the verification report', () => {
  const validate = validatorOf('report');

  it.each(REPORTS)('accepts the report of %s evidence', (_, report) => {
    expect(complaints(validate, report)).toEqual([]);
  });

  it('accepts reports of any size and with any foreign text', () => {
    const huge = verificationJson(hugeReports('x').verification);
    expect(complaints(validate, { ...huge, ...digestsOf(huge) })).toEqual([]);
    forAllHostile((value) => {
      const report = { ...VERIFIED, findings: withForeign(VERIFICATIONS.failed.findings, value) };
      expect(complaints(validate, jsonOf(verificationJson(report)))).toEqual([]);
    }, 20);
  });

  it('accepts the input as the command adds it', () => {
    const repeat = ['affidavit', 'verify-evidence', 'evidence.tar.gz'];
    const report = verificationJson(VERIFIED, { source: 'evidence.tar.gz', repeat });
    expect(complaints(validate, report)).toEqual([]);
  });

  it('is closed everywhere', () => {
    const open = REPORTS.flatMap(([, report]) => withExtraField(report)).filter((changed) =>
      validate(changed),
    );
    expect(open).toEqual([]);
  });

  it.each([
    ['a verdict with the exit code of another', { exitCode: 1 }],
    ['an unknown verdict', { verdict: 'accepted' }],
    ['a missing check', { checks: [] }],
    ['a signer without a signature', { signature: { state: 'absent' } }],
    ['another limit of trust', { limitOfTrust: 'all is proven' }],
    ['network use', { network: 'registry' }],
  ])('refuses %s', (_, change) => {
    const report = verificationJson(VERIFIED);
    expect(complaints(validate, report)).toEqual([]);
    expect(complaints(validate, { ...report, ...change })).not.toEqual([]);
  });

  it('refuses checks in another order', () => {
    const report = verificationJson({ ...VERIFIED, checks: VERIFIED.checks.toReversed() });
    expect(complaints(validate, report)).not.toEqual([]);
  });

  it('refuses a verified signature without its signer', () => {
    const { signer: _, ...report } = verificationJson(VERIFIED);
    expect(complaints(validate, report)).not.toEqual([]);
  });
});

/** What a hostile text cannot be: the digests of a report are computed, never copied. */
function digestsOf({ bom, root, signature }: VerificationJson): JsonObject {
  const digest = digestOf('');
  const recipe = { name: 'x', digest: digest.slice('sha256:'.length), apiVersion: '' };
  const logEntries = [{ log: 'x', index: '1' }];
  return {
    recipe,
    bom: { ...bom, digest },
    root: { ...root, digest },
    bundle: { manifestDigest: digest },
    claimed: {
      attestedAt: '2026-11-20T10:00:00Z',
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      aicrVersion: '',
      validatorImages: 0,
      validatorCatalogVersion: '',
      redaction: null,
    },
    signature: { ...(signature as object), logEntries },
  };
}

describe('E-45 the schema of the validation report', () => {
  const validate = validatorOf('validation-report');

  it.each(VALIDATION_REPORTS)('accepts the report of a %s validation', (_, report) => {
    expect(complaints(validate, report)).toEqual([]);
  });

  it('is closed everywhere', () => {
    const open = VALIDATION_REPORTS.flatMap(([, report]) => withExtraField(report)).filter(
      (changed) => validate(changed),
    );
    expect(open).toEqual([]);
  });

  it('refuses success with a fault', () => {
    const report = validationJson(VALIDATIONS.red);
    expect(complaints(validate, report)).toEqual([]);
    expect(complaints(validate, { ...report, outcome: 'passed', exitCode: 0 })).not.toEqual([]);
  });
});

describe('E-45 what is printed when there is no report', () => {
  const unreadable = new EvidenceError('FILE_UNREADABLE', {
    at: 'evidence.tar.gz',
    found: 'no such file',
    expected: 'a bundle',
    hint: 'name a file that exists',
  });

  it.each(['report', 'validation-report'] as const)('is in the schema of the %s', (name) => {
    const validate = validatorOf(name);
    for (const error of [unreadable, new TypeError('a bug')]) {
      const json = jsonOf(errorJson(error));
      expect(complaints(validate, json)).toEqual([]);
      expect(withExtraField(json).filter((changed) => validate(changed))).toEqual([]);
      expect(complaints(validate, { ...(json as JsonObject), exitCode: 0 })).not.toEqual([]);
    }
  });
});

const DIGEST = digestOf('a file');

describe('the schema of the manifest', () => {
  const validate = validatorOf('manifest');
  const files = [
    { path: ctrfFile('deployment'), size: 0, digest: DIGEST },
    { path: ctrfFile('conformance'), size: 7, digest: DIGEST },
  ];
  const manifest = JSON.parse(Buffer.from(encodeManifest(files)).toString('utf8')) as JsonObject;
  const [first] = manifest['files'] as readonly JsonObject[];

  it('accepts what is written, and fields that AICR may add', () => {
    expect(complaints(validate, manifest)).toEqual([]);
    expect(withExtraField(manifest).filter((changed) => !validate(changed))).toEqual([]);
  });

  it.each([
    ['no file', { files: [] }],
    ['a path that leaves the bundle', { files: [{ ...first, path: '../x' }] }],
    ['a hidden path', { files: [{ ...first, path: 'logs/.x' }] }],
    ['a path that ends with a dot', { files: [{ ...first, path: 'logs/x.' }] }],
    ['itself', { files: [{ ...first, path: 'manifest.json' }] }],
    ['a size that is no number', { files: [{ ...first, size: '1' }] }],
    ['a digest of another kind', { files: [{ ...first, sha256: 'md5:00' }] }],
    ['another major version', { schemaVersion: '2.0.0' }],
  ])('refuses %s, as the parser does', (_, change) => {
    const changed = { ...manifest, ...change };
    expect(complaints(validate, changed)).not.toEqual([]);
    expect(() => parseManifest(dataOf(changed), 'manifest.json', EVIDENCE_LAYOUT)).toThrow(
      EvidenceError,
    );
  });
});

const PREDICATE = buildPredicate(
  {
    recipe: { name: FACTS.recipe.name, digest: DIGEST, profile: undefined },
    fingerprint: FACTS.fingerprint,
    match: FACTS.match,
    constraints: VALIDATIONS.red.facts.constraints ?? [],
    phases: VALIDATIONS.red.facts.phases ?? [],
    phaseConstraints: VALIDATIONS.red.facts.phaseConstraints ?? [],
    validators: [{ test: 'x', image: 'y', source: 'operator' }],
    ctrfDigests: new Map(PHASES.map((phase) => [phase, DIGEST])),
    bom: FACTS.bom,
    manifest: { digest: DIGEST, fileCount: 6 },
    redaction: {
      ...{ policy: 'minimal', version: 'affidavit-1', applied: ['x'], kept: ['y'] },
      withheld: [{ file: 'snapshot.yaml', group: 'K8s.image', count: 1 }],
    },
    logs: { digest: DIGEST, fileCount: 2 },
  },
  { attestedAt: new Date(0), aicrVersion: 'v0.13.2', tool: VERIFIED.tool },
) as JsonObject;

describe('the schema of the predicate', () => {
  const validate = validatorOf('predicate');
  const predicate = PREDICATE;
  const affidavit = predicate['affidavit'] as JsonObject;

  it('accepts what is written', () => {
    expect(complaints(validate, predicate)).toEqual([]);
  });

  it('is closed in our part, and open in that of AICR', () => {
    const { affidavit: _, ...foreign } = predicate;
    expect(complaints(validate, foreign)).toEqual([]);
    const refused = withExtraField(foreign).filter((changed) => !validate(changed));
    // A phase is one of three, and every field of `phases` is a phase.
    expect(refused).toEqual([
      { ...foreign, phases: { ...(foreign['phases'] as object), extra: 1 } },
    ]);
    const ours = withExtraField(affidavit).map((changed) => ({ ...foreign, affidavit: changed }));
    expect(ours.filter((changed) => validate(changed))).toEqual([]);
  });

  it('accepts what other versions of AICR write', () => {
    const more = {
      aicrCommit: '0123abc',
      validatorImages: null,
      redaction: { policy: 'minimal', version: 'v4', applied: ['ctrf.tests.omit:stdout'] },
    };
    expect(complaints(validate, { ...predicate, ...more })).toEqual([]);
    const profile = { selection: 'mode=disabled', policyDescriptorIdentity: '0'.repeat(64) };
    expect(complaints(validate, { ...predicate, profile })).toEqual([]);
  });

  it.each([
    ['a missing recipe', { recipe: undefined }],
    ['a missing manifest', { manifest: undefined }],
    ['a time with an offset', { attestedAt: '2026-11-20T10:00:00+01:00' }],
    ['a version that is no text', { aicrVersion: 1 }],
    ['another major version', { schemaVersion: '2.0.0' }],
    ['our part without its tool', { affidavit: { ...affidavit, tool: undefined } }],
    ['our part with an unknown field', { affidavit: { ...affidavit, extra: 1 } }],
  ])('refuses %s, as the parser does', (_, change) => {
    const changed = { ...predicate, ...change } as Json;
    expect(read(predicate)).toBeDefined();
    expect(complaints(validate, JSON.parse(JSON.stringify(changed)))).not.toEqual([]);
    expect(() => read(changed)).toThrow(EvidenceError);
  });
});

const { publicKey: PUBLIC_KEY } = generateKeyPairSync('ed25519');

/** With every field that a policy may have. */
const POLICY: Json = {
  schemaVersion: '1.2.0',
  signers: [
    {
      identity: 'a',
      issuer: 'b',
      type: 'other',
      tier: 'community',
      label: 'd',
      recipes: ['c'],
      claims: {
        sourceRepositoryUri: 'https://github.com/o/r',
        sourceRepositoryId: '1',
        sourceRepositoryOwnerId: '2',
        sourceRepositoryRef: 'refs/heads/main',
        buildTrigger: 'push',
        runnerEnvironment: 'github-hosted',
      },
      validFor: { start: '2026-01-01T00:00:00Z', end: '2027-01-01T00:00:00Z' },
      revokedAt: '2026-12-01T00:00:00Z',
    },
    { template: 'https://github.com/o/r/.github/workflows/w.yml@{ref...}', issuer: 'b' },
    { key: PUBLIC_KEY.export({ type: 'spki', format: 'pem' }).toString() },
  ],
  verifiers: [
    {
      identity: 'v',
      issuer: 'b',
      recipes: ['c'],
      validFor: { start: '2026-01-01T00:00:00Z' },
      verifierIds: ['https://example.com/verifier/v1'],
      resources: ['oci://ghcr.io/owner/evidence@sha256:{digest}', 'urn:a'],
      policyDigests: [`sha256:${'a'.repeat(64)}`],
      properties: ['AFFIDAVIT_VERIFIED'],
      maximumAgeDays: 7,
    },
    {
      key: PUBLIC_KEY.export({ type: 'spki', format: 'pem' }).toString(),
      verifierIds: ['urn:affidavit:verify-evidence'],
    },
  ],
  minimumLogs: 1,
  minimumTimestamps: 2,
  maximumAgeDays: 30,
  gate: {
    mode: 'warn',
    registries: ['ghcr.io', 'localhost:5000'],
    rules: [
      {
        recipes: 'h100-*',
        require: 'all',
        minimumPieces: 2,
        minimumSigners: 2,
        tiers: ['first-party', 'partner'],
        maximumAgeDays: 90,
        allowClaimed: true,
        allowUnboundFiles: false,
      },
    ],
    exemptions: [
      {
        recipe: 'h100-eks-ubuntu-training',
        states: ['red', 'stale'],
        reason: 'the cluster is being repaired',
        who: 'a maintainer',
        until: '2026-12-31T00:00:00Z',
      },
    ],
  },
};

describe('a schema says what its parser says', () => {
  const PARSERS = {
    manifest: {
      document: JSON.parse(
        Buffer.from(
          encodeManifest([{ path: ctrfFile('deployment'), size: 7, digest: DIGEST }]),
        ).toString(),
      ) as Json,
      parse: (document: Json) => parseManifest(dataOf(document), 'm.json', EVIDENCE_LAYOUT),
    },
    predicate: {
      document: JSON.parse(JSON.stringify(PREDICATE)) as Json,
      parse: read,
    },
    policy: {
      document: POLICY,
      parse: (document: Json) => parsePolicy(bytesOf(document), 'policy.json'),
    },
  };
  const isParsed = (name: keyof typeof PARSERS, document: Json): boolean =>
    refusalOf(() => PARSERS[name].parse(document)) === undefined;

  it.each(Object.keys(PARSERS) as (keyof typeof PARSERS)[])(
    'of each value of a %s: of which type it is, and whether it must be there',
    (name) => {
      const { document } = PARSERS[name];
      const validate = validatorOf(name);
      const places = placesOf(document).filter(({ path }) => path.length > 0);
      expect([isParsed(name, document), complaints(validate, document)]).toEqual([true, []]);
      for (const { path } of places) {
        for (const other of [undefined, null, true, 1.5, -1, [], {}]) {
          const changed = withChange(document, path, other);
          const place = pointerOf(path);
          expect({ place, other, isParsed: isParsed(name, changed) }).toEqual({
            ...{ place, other, isParsed: complaints(validate, changed).length === 0 },
          });
        }
      }
    },
  );

  it.each(Object.keys(PARSERS) as (keyof typeof PARSERS)[])('of the versions of a %s', (name) => {
    const validate = validatorOf(name);
    // A policy says what it needs, and this one needs 1.2.
    const old = ['1.0', '1.0.0', '1.0.9'];
    const good = [...(name === 'policy' ? [] : old), '1.7', '1.10.3', '1.999999999'];
    const bad = [
      '',
      '1',
      '1.',
      '1.0.',
      '1.00',
      '1.0.01',
      '1.0.0.0',
      'v1.0',
      '1.0-rc',
      '2.0',
      '01.0',
    ];
    for (const schemaVersion of [...good, ...bad, '1.1000000000', ' 1.0', '1.0\n', '1,0']) {
      const changed = withChange(PARSERS[name].document, ['schemaVersion'], schemaVersion);
      const isGood = good.includes(schemaVersion);
      expect([schemaVersion, isParsed(name, changed)]).toEqual([schemaVersion, isGood]);
      expect([schemaVersion, complaints(validate, changed).length === 0]).toEqual([
        schemaVersion,
        isGood,
      ]);
    }
  });

  it.each(['1.0', '1.0.0', '1.0.3', '1.1', '1.1.7', '1.2', '1.10.0', '1.01'])(
    'of fields that version %s of our part of a predicate does not know',
    (schemaVersion) => {
      const validate = validatorOf('predicate');
      for (const place of [
        ['affidavit', 'x'],
        ['affidavit', 'tool', 'x'],
      ]) {
        const whole = withChange(PREDICATE, ['affidavit', 'schemaVersion'], schemaVersion);
        const changed = withChange(whole, place, 1);
        const isNewer = schemaVersion === '1.2' || schemaVersion === '1.10.0';
        expect(isParsed('predicate', changed)).toBe(isNewer);
        expect(complaints(validate, changed).length === 0).toBe(isNewer);
      }
    },
  );
});

describe('the schema of the policy', () => {
  const validate = validatorOf('policy');
  const signer = { identity: 'you@example.com', issuer: 'https://issuer.example' };
  const policy = { schemaVersion: '1.0.0', signers: [signer, { ...signer, identity: 'b' }] };

  it('accepts what the parser accepts', () => {
    expect(complaints(validate, policy)).toEqual([]);
    expect(parsePolicy(bytesOf(policy), 'policy.json').signers).toEqual(
      policy.signers.map(({ identity, issuer }, index) => ({
        subject: identity,
        issuer,
        at: `policy.json#/signers/${index}`,
      })),
    );
  });

  it.each<readonly [string, unknown]>([
    ...withExtraField(policy).map((changed) => ['an unknown field', changed] as const),
    ['nobody', { ...policy, signers: [] }],
    ['an empty identity', { ...policy, signers: [{ ...signer, identity: '' }] }],
    ['an empty issuer', { ...policy, signers: [{ ...signer, issuer: '' }] }],
    ['an identity without issuer', { ...policy, signers: [{ identity: 'a' }] }],
    ['no list', { ...policy, signers: signer }],
    ['no version', { signers: [signer] }],
    ['another major version', { ...policy, schemaVersion: '2.0.0' }],
  ])('refuses %s, as the parser does', (_, changed) => {
    expect(complaints(validate, changed)).not.toEqual([]);
    expect(() => parsePolicy(bytesOf(changed), 'policy.json')).toThrow(EvidenceError);
  });

  const template = 'https://github.com/o/r/.github/workflows/w.yml@refs/heads/{branch}';
  const open = { template, issuer: signer.issuer };
  const key = { key: PUBLIC_KEY.export({ type: 'spki', format: 'pem' }).toString() };
  const limited = { ...signer, recipes: ['a'], revokedAt: '2026-01-01T00:00:00.5Z' };
  const minima = { minimumLogs: 32, minimumTimestamps: 1, maximumAgeDays: 36_500 };

  it.each<readonly [verdict: 'accept' | 'refuse', object]>([
    ['accept', { signers: [signer] }],
    ['accept', { signers: [open, key, signer] }],
    ['accept', { signers: [{ ...signer, type: 'email', tier: 'partner' }] }],
    ['accept', { signers: [{ ...signer, claims: { buildTrigger: 'push' } }] }],
    ['accept', { signers: [limited, { ...limited, recipes: ['b'] }] }],
    ['accept', { signers: [{ ...key, validFor: { end: '2026-01-01T00:00:00Z' } }] }],
    ['accept', { signers: [{ ...open, template: '{user}@example.com' }] }],
    ['accept', { signers: [{ ...open, template: template.replace('}', '...}') }] }],
    ['accept', { signers: [signer], ...minima }],
    ['refuse', { signers: [] }],
    ['refuse', { signers: [signer, signer] }],
    ['refuse', { signers: [{ ...signer, issuer: undefined }] }],
    ['refuse', { signers: [{ ...signer, identity: '*' }] }],
    ['refuse', { signers: [{ ...signer, issuer: 'https://*.example' }] }],
    ['refuse', { signers: [{ ...signer, ...open }] }],
    ['refuse', { signers: [{ ...signer, ...key }] }],
    ['refuse', { signers: [{ ...key, claims: { buildTrigger: 'push' } }] }],
    ['refuse', { signers: [{ ...key, type: 'uri' }] }],
    ['refuse', { signers: [{ key: 'key.pub' }] }],
    ['refuse', { signers: [{ ...open, template: template.replace('{branch}', 'main') }] }],
    ['refuse', { signers: [{ ...open, template: template.replace('{branch}', '*') }] }],
    ['refuse', { signers: [{ ...signer, type: 'URI' }] }],
    ['refuse', { signers: [{ ...signer, tier: 'firstParty' }] }],
    ['refuse', { signers: [{ ...signer, recipes: [] }] }],
    ['refuse', { signers: [{ ...signer, recipes: ['a', 'a'] }] }],
    ['refuse', { signers: [{ ...signer, claims: {} }] }],
    ['refuse', { signers: [{ ...signer, claims: { buildTrigger: '*' } }] }],
    ['refuse', { signers: [{ ...signer, validFor: {} }] }],
    ['refuse', { signers: [{ ...signer, validFor: { start: '2026-01-01' } }] }],
    ['refuse', { signers: [{ ...signer, revokedAt: '2026-01-01T00:00:00' }] }],
    ['refuse', { signers: [{ ...signer, revokedAt: '2026-01-01T00:00:00+01:00' }] }],
    ['refuse', { signers: [{ ...signer, source: '0'.repeat(32) }] }],
    ['refuse', { signers: [signer], minimumLogs: 33 }],
    ['refuse', { signers: [signer], minimumTimestamps: 0 }],
    ['refuse', { signers: [signer], maximumAgeDays: '30' }],
    ['refuse', { signers: [signer], maximumAgeDays: 36_501 }],
    ['refuse', { signers: [signer], allowMissingSct: true }],
  ])('and the parser both %s %j', (verdict, change) => {
    const changed = { schemaVersion: '1.1.0', ...change };
    const isAccepted = verdict === 'accept';
    expect(complaints(validate, changed).length === 0).toBe(isAccepted);
    expect(refusalOf(() => parsePolicy(bytesOf(changed), 'policy.json')) === undefined).toBe(
      isAccepted,
    );
  });
});

function read(predicate: unknown): unknown {
  return parsePredicate(new ObjectReader(dataOf(predicate), 'statement.intoto.json#/predicate'));
}

function bytesOf(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}

function dataOf(document: unknown): ReturnType<typeof decodeJson> {
  return decodeJson(bytesOf(document), 'a test');
}
