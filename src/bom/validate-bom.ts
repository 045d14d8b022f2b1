// oxlint-disable-next-line import/no-nodejs-modules -- for the schemas in a package, and nothing else
import { createRequire } from 'node:module';

import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv';

import { EvidenceError } from '../errors/evidence-error.ts';
import { quote } from '../quote.ts';
import type { Bom } from './bom.ts';
import { UniqueItems } from './unique-items.ts';

/**
 * Refuses a bill of materials that the schema of its own version refuses. The schemas of CycloneDX are those
 * of its library, and it is asked for nothing else: `parseBom` has read the document before.
 *
 * @throws EvidenceError BOM_INVALID (invalid)
 */
export async function requireValidBom(bytes: Uint8Array, bom: Bom): Promise<void> {
  const isValid = await validatorOf(bom.specVersion);
  unique = new UniqueItems();
  if (isValid(JSON.parse(new TextDecoder().decode(bytes)))) return;
  const [first] = isValid.errors ?? [];
  throw new EvidenceError('BOM_INVALID', {
    at: `${bom.file}#${first?.instancePath ?? ''}`,
    found: foundBy(first),
    expected: `what the schema of CycloneDX ${bom.specVersion} allows`,
    hint: 'correct the document, or have it written by a tool that keeps to the schema; without --bom, one is made of recipe and snapshot',
  });
}

/** Of the document that is compared at the moment: a comparison waits for nothing. */
let unique = new UniqueItems();

const VALIDATORS = new Map<string, Promise<ValidateFunction>>();

/** Made once: it takes ten times as long as to pack evidence. */
async function validatorOf(specVersion: string): Promise<ValidateFunction> {
  const known = VALIDATORS.get(specVersion) ?? buildValidator(specVersion);
  VALIDATORS.set(specVersion, known);
  return await known;
}

/** As the library's own validator makes it, but for the rule that takes minutes. */
async function buildValidator(specVersion: string): Promise<ValidateFunction> {
  const { Ajv } = await import('ajv');
  const { default: addFormats } = await import('ajv-formats');
  const { default: addMoreFormats } = await import('ajv-formats-draft2019');
  const schemaOf = await schemas();
  const ajv = new Ajv({ strict: false, addUsedSchema: false });
  for (const name of ['spdx', 'cryptography-defs', 'jsf-0.82']) {
    ajv.addSchema(schemaOf(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  addFormats.default(ajv);
  addMoreFormats(ajv, { formats: ['idn-email'] });
  ajv.addFormat('iri-reference', true);
  ajv.removeKeyword('uniqueItems').addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    validate: (isWanted: boolean, items: readonly unknown[]) =>
      !isWanted || unique.areUnique(items),
  });
  return ajv.compile(schemaOf(`bom-${specVersion}`));
}

/**
 * The files that the library brings along, by name. Where they are it says in `_Resources` alone, which it
 * calls internal; its `exports` do not lead to them.
 */
async function schemas(): Promise<(name: string) => AnySchemaObject> {
  const library: object = await import('@cyclonedx/cyclonedx-library');
  const root = membersOf(membersOf(library).get('_Resources')).get('SCHEMA_ROOT');
  if (typeof root !== 'string') throw new TypeError('the library has no schemas');
  const load: (path: string) => unknown = createRequire(`${root}/`);
  return (name) => {
    const schema = load(`./${name}.SNAPSHOT.schema.json`);
    if (typeof schema !== 'object' || schema === null) throw new TypeError(`no schema ${name}`);
    return schema;
  };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(Object.entries(value ?? {}));
}

/** With the name that is wrong, where the message has none. */
function foundBy(fault: ErrorObject | undefined): string {
  if (fault === undefined) return 'something that the schema refuses';
  const { message, params } = fault;
  const name: unknown = params['additionalProperty'];
  return typeof name === 'string' ? `${message}: ${quote(name)}` : (message ?? '');
}
