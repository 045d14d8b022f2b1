import type { ObjectReader } from './object-reader.ts';

/**
 * Reads `schemaVersion` and refuses another major version. A newer minor one only adds fields, so
 * it is read; the return value says whether it is newer than ours.
 */
export function requireSchemaVersion(reader: ObjectReader): { readonly newer: boolean } {
  const version = reader.string('schemaVersion');
  const parts = /^1\.(0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8}))?$/.exec(version);
  if (parts !== null) return { newer: parts[1] !== '0' };
  return reader.refuse('schemaVersion', {
    code: 'SCHEMA_VERSION_UNKNOWN',
    expected: 'a version 1.x',
    hint: 'upgrade affidavit, or ask for a document of version 1',
  });
}
