// A report that somebody stored. Anybody can write JSON: nothing in it is believed, and every rendering says so.

// oxlint-disable-next-line import/no-nodejs-modules -- for the schemas in this package, and nothing else
import { createRequire } from 'node:module';

import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';

import { decodeJson } from '../document/json.ts';
import { EvidenceError, orIfRefused, unlessRefused, withCode } from '../errors/evidence-error.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { escapeCharacters, quote } from '../quote.ts';
import type { BatchJson, ErrorJson, StoredReport } from './report-json.ts';

/** What a reader takes for our word that something was verified: ticks, and what looks like one. */
const TICKS =
  /[\u221A\u2611\u2705\u2713\u2714\u{1F197}\u{1F44C}\u{1F44D}\u{1F5F8}\u{1F5F9}\u{1F7E2}\u{1F7E9}\u{1FBB1}]/gu;

/**
 * The JSON report of `verify-evidence` or `validate`, compared with its schema. Ticks in its texts are escaped.
 *
 * @throws EvidenceError REPORT_INVALID, REPORT_VERSION_UNKNOWN (both unjudged)
 */
export async function parseStoredReport(bytes: Uint8Array, file: string): Promise<StoredReport> {
  const json = jsonIn(bytes, file);
  if (Object.hasOwn(json, 'decidedExitCode')) throw ofTheGate(file);
  const name = Object.hasOwn(json, 'outcome') ? 'validation-report' : 'report';
  return { stored: await parseStoredAs<StoredReport['stored']>(json, file, { schema: name }) };
}

/** The same of a report of many. Throws what `parseStoredReport` throws. */
export async function parseStoredBatch(bytes: Uint8Array, file: string): Promise<BatchJson> {
  return await parseStoredAs<BatchJson>(jsonIn(bytes, file), file, { schema: 'batch-report' });
}

/**
 * That of the gate, or the error that it ended with. Throws what `parseStoredReport` throws.
 *
 * @typeParam Gate what the schema describes, which is above this room
 */
export async function parseStoredGate<Gate>(
  bytes: Uint8Array,
  file: string,
): Promise<Gate | ErrorJson> {
  const json = jsonIn(bytes, file, 'gate');
  if (!Object.hasOwn(json, 'error')) {
    return await parseStoredAs<Gate>(json, file, { schema: 'gate-report', writer: 'gate' });
  }
  return await parseStoredAs<ErrorJson>(json, file, { schema: 'report', writer: 'gate' });
}

async function parseStoredAs<T>(
  json: object,
  file: string,
  { schema, writer = WRITERS }: { readonly schema: string; readonly writer?: string },
): Promise<T> {
  const validate = await validatorOf<T>(schema);
  if (validate(json)) return json;
  throw broken(validate.errors?.[0], file, writer);
}

const WRITERS = 'verify-evidence or validate';

function jsonIn(bytes: Uint8Array, file: string, writer = WRITERS): object {
  // JSON.parse gives the same value, but of a key that is there twice it says nothing.
  orIfRefused(
    () => decodeJson(bytes, file),
    (error) => {
      throw otherForm(bytes, file, writer) ?? withCode(error, 'REPORT_INVALID');
    },
  );
  const text = new TextDecoder().decode(bytes);
  const json: unknown = JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' ? escapeCharacters(value, TICKS) : value,
  );
  const version: unknown = Reflect.get(Object(json), 'schemaVersion');
  if (typeof json === 'object' && json !== null && typeof version === 'string') {
    if (version === SCHEMA_VERSION) return json;
    throw new EvidenceError('REPORT_VERSION_UNKNOWN', {
      at: `${file}#/schemaVersion`,
      found: quote(version),
      expected: quote(SCHEMA_VERSION),
      hint: 'render it with the version of affidavit that wrote it, which its field tool names',
    });
  }
  const isSarif = Array.isArray(Reflect.get(Object(json), 'runs'));
  throw notJsonForm(isSarif ? 'SARIF' : 'no report: it has no schemaVersion', file, writer);
}

/** What is no JSON at all, or a line of it for each bundle; undefined for JSON that is broken. */
function otherForm(bytes: Uint8Array, file: string, writer: string): EvidenceError | undefined {
  const line = bytes.subarray(0, Math.max(0, bytes.indexOf(LINE_FEED)));
  if (line.length > 0 && unlessRefused(() => decodeJson(line, file)) !== undefined) {
    const lines = 'a line of JSON for each bundle, as --format jsonl writes';
    return notJsonForm(
      lines,
      file,
      writer,
      `show one of its lines, alone in a file; or ${ASK_JSON}`,
    );
  }
  const first = /\S/.exec(Buffer.from(bytes.subarray(0, START)).toString('latin1'))?.[0] ?? '{';
  if (/[{["]/.test(first)) return undefined;
  return notJsonForm(first === '<' ? 'XML or HTML' : 'text that is no JSON', file, writer);
}

const LINE_FEED = 0x0a;
/** How much of a file is looked at. */
const START = 4096;

const ASK_JSON =
  'have --format json=FILE written too: of all forms only JSON can be shown in another one';

function notJsonForm(found: string, at: string, writer: string, hint = ASK_JSON): EvidenceError {
  const expected = `what ${writer} wrote with --format json`;
  return new EvidenceError('REPORT_INVALID', { at, found, expected, hint });
}

const VALIDATORS = new Map<string, Ajv2020>();

/** Made once: a stored report may have thousands of others in it. */
async function validatorOf<T>(name: string): Promise<ValidateFunction<T>> {
  let ajv = VALIDATORS.get(name);
  if (ajv === undefined) {
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    ajv = new Ajv2020({ strict: false });
    ajv.addSchema(schemaOf('report'), name === 'report' ? name : undefined);
    if (name !== 'report') ajv.addSchema(schemaOf(name), name);
    VALIDATORS.set(name, ajv);
  }
  const validate = ajv.getSchema<T>(name);
  if (validate === undefined) throw new TypeError(`no schema ${name}`);
  return validate;
}

function schemaOf(name: string): AnySchemaObject {
  const load: (id: string) => unknown = createRequire(import.meta.url);
  const schema = load(`affidavit/schemas/${name}.schema.json`);
  if (!isSchema(schema)) throw new TypeError(`no schema ${name}`);
  return schema;
}

function isSchema(schema: unknown): schema is AnySchemaObject {
  return typeof schema === 'object' && schema !== null;
}

/** As it stands, nothing is wrong with it. */
function ofTheGate(file: string): EvidenceError {
  return new EvidenceError('REPORT_INVALID', {
    at: file,
    found: 'a report of gate',
    expected: 'what verify-evidence or validate wrote with --format json',
    hint: 'run gate again with --format NAME=PATH for another form of it; gate post shows it on GitHub',
  });
}

function broken(fault: ErrorObject | undefined, file: string, writer: string): EvidenceError {
  const { instancePath = '', message = 'something else', params = {} } = fault ?? {};
  const name: unknown = params['additionalProperty'];
  return new EvidenceError('REPORT_INVALID', {
    at: `${file}#${instancePath}`,
    found: typeof name === 'string' ? `${message}: ${quote(name)}` : message,
    expected: 'what the schema of the report allows',
    hint: `have it written again by ${writer}, with --format json; what was changed by hand is no report`,
  });
}
