// The published definitions of the two predicates, as in-toto's packages have them. testdata/in-toto/NOTICE
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toJson,
  type JsonObject,
} from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  type DescriptorProto,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';

import { ROOT } from '../run-cli.ts';

export interface StatementJson {
  readonly _type: string;
  readonly subject: readonly {
    readonly name: string;
    readonly digest: { readonly sha256: string };
  }[];
  readonly predicateType: string;
  readonly predicate: JsonObject;
}

const FOLDER = join(ROOT, 'testdata/in-toto');
const DESCRIPTORS = JSON.parse(readFileSync(join(FOLDER, 'descriptors.json'), 'utf8')) as Record<
  string,
  string
>;

const KNOWN = [
  file_google_protobuf_any,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
];

/** The compiler leaves them to whoever reads what it writes. */
function nameFields({ field, nestedType }: DescriptorProto): void {
  for (const one of field) {
    one.jsonName ||= one.name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  }
  nestedType.forEach(nameFields);
}

function definition(name: string, message: string): (json: JsonObject) => JsonObject {
  const file: FileDescriptorProto = fromBinary(
    FileDescriptorProtoSchema,
    Buffer.from(DESCRIPTORS[name] ?? '', 'base64'),
  );
  file.messageType.forEach(nameFields);
  const registry = createFileRegistry(
    file,
    (path) => KNOWN.find(({ proto }) => proto.name === path)?.proto,
  );
  const schema = registry.getMessage(message);
  if (schema === undefined) throw new Error(`no ${message}`);
  return (json) => toJson(schema, fromJson(schema, json)) as JsonObject;
}

const vsa = definition('vsa', 'in_toto_attestation.predicates.vsa.v1.VerificationSummary');
const svr = definition('svr', 'in_toto_attestation.predicates.svr.v0_1.SimpleVerificationResult');
const resource = definition('resource_descriptor', 'in_toto_attestation.v1.ResourceDescriptor');

/** Without the fields whose names are URIs, which every reader has to ignore. */
function ownFields(json: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([name]) => !name.includes(':')));
}

/**
 * What the published definition of its type makes of a predicate; throws if a field is unknown or of another type. They
 * are older than the specifications by one field each, which is judged apart: `verifier.version`, `verifier.policies`.
 */
export function readAsPublished({ predicateType, predicate }: StatementJson): JsonObject {
  const { verifier, ...fields } = ownFields(predicate);
  const { version = {}, policies = [], ...rest } = verifier as JsonObject;
  for (const text of Object.values(version as JsonObject)) {
    if (typeof text !== 'string') throw new Error('a version that is no text');
  }
  for (const policy of policies as JsonObject[]) resource(policy);
  const read = predicateType === 'https://slsa.dev/verification_summary/v1' ? vsa : svr;
  return read({ verifier: rest, ...fields });
}
