// Every size and count that an input may have, with unit and reason. All are inclusive.

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const GIBIBYTE = 1024 * MEBIBYTE;

/** All files of one bundle together, unpacked, in bytes: bounds the time of one verification. */
export const MAX_BUNDLE_BYTES = 4 * GIBIBYTE;

/** One file of a bundle, in bytes. Logs are the large ones, and they are streamed. */
export const MAX_FILE_BYTES = 2 * GIBIBYTE;

/** Entries of one archive or directory, directories included, so that a listing stays readable. */
export const MAX_ENTRIES = 10_000;

/** One JSON document, in bytes: CTRF reports with the output of every test are the largest. */
export const MAX_JSON_BYTES = 16 * MEBIBYTE;

/** The recipe, in bytes. AICR's own reader has the same limit. */
export const MAX_RECIPE_BYTES = MEBIBYTE;

/** The snapshot, in bytes: 5,000 nodes with some 70 labels each take about 40 MB. */
export const MAX_SNAPSHOT_BYTES = 48 * MEBIBYTE;

/** The Sigstore bundle, in bytes. AICR's own reader has the same limit. */
export const MAX_SIGSTORE_BUNDLE_BYTES = 10 * MEBIBYTE;

/** A trusted root, a signing config or a policy, in bytes. */
export const MAX_CONFIG_BYTES = MEBIBYTE;

/** How deep lists and maps may nest. The deepest real document seen has 14 levels (2026-11). */
export const MAX_NESTING = 100;

/** How much later than its signature evidence may claim to be made, in milliseconds: clock skew. */
export const MAX_CLOCK_SKEW_MS = 5 * 60 * 1000;

/** A log's name, in characters, so that every tar program can write its path without an extension. */
export const MAX_LOG_NAME_CHARACTERS = 80;
