// Every size and count that an input may have, with unit and reason. All are inclusive. What a format
// itself defines, e.g. the length of a hash, is in its reader. What a report shows is in src/report.

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const GIBIBYTE = 1024 * MEBIBYTE;

/** All files of one bundle together, unpacked, in bytes: it limits the time of one verification. */
export const MAX_BUNDLE_BYTES = 4 * GIBIBYTE;

/** One file of a bundle, in bytes. Logs are the large ones, and they are streamed. */
export const MAX_FILE_BYTES = 2 * GIBIBYTE;

/**
 * Entries of one archive or directory, so that a listing stays readable. Directories count, also those
 * that an archive does not list: it may be unpacked.
 */
export const MAX_ENTRIES = 10_000;

/** An unpacked archive, in bytes: a whole bundle and what tar adds to its files. */
export const MAX_ARCHIVE_BYTES = 5 * GIBIBYTE;

/** Zeros after the end of a tar archive, in bytes: the largest record that GNU tar's manual names. */
export const MAX_ARCHIVE_PADDING_BYTES = MEBIBYTE;

/** One extended header of a tar archive, in bytes: times and some extended attributes. */
export const MAX_PAX_BYTES = 64 * KIBIBYTE;

/** What stands before the data of a gzip file, in bytes: an extra field takes up to 64 KiB. */
export const MAX_GZIP_HEADER_BYTES = 128 * KIBIBYTE;

/** One JSON document, in bytes: CTRF reports with the output of every test are the largest. */
export const MAX_JSON_BYTES = 16 * MEBIBYTE;

/**
 * All files that `--results` names, together, in bytes: a report for each phase and one of all, each of
 * the largest size. So a directory of other things is not read for hours.
 */
export const MAX_RESULTS_BYTES = 4 * MAX_JSON_BYTES;
/** A packed test run, unpacked, in bytes, and its entries: a dump of a cluster with a thousand namespaces. */
export const MAX_RUN_BYTES = GIBIBYTE;
export const MAX_RUN_ENTRIES = 100_000;

/** The recipe, in bytes. AICR's own reader has the same limit. */
export const MAX_RECIPE_BYTES = MEBIBYTE;

/** All files of a directory of recipes together, in bytes; AICR's own have 2 MB (2026-11). */
export const MAX_RECIPES_BYTES = 64 * MEBIBYTE;

/** Files below a folder of a git commit that is listed: 2,000 pointers are read, and some recipe may have 10,000. */
export const MAX_TREE_ENTRIES = 100_000;

/** The snapshot, in bytes: 5,000 nodes with some 70 labels each take about 40 MB. */
export const MAX_SNAPSHOT_BYTES = 48 * MEBIBYTE;

/** The Sigstore bundle, in bytes. AICR's own reader has the same limit. */
export const MAX_SIGSTORE_BUNDLE_BYTES = 10 * MEBIBYTE;

/** The statement, in bytes: in base64, with what proves its signature, it fits into the Sigstore bundle. */
export const MAX_STATEMENT_BYTES = 7 * MEBIBYTE;

/** A trusted root, a signing config or a policy, in bytes. */
export const MAX_CONFIG_BYTES = MEBIBYTE;

/**
 * The file that `trust update` keeps, in bytes: metadata and targets of a TUF repository in base64. That of
 * the public-good one has 60 KB, and each further root 8 KB (2026-11).
 */
export const MAX_TRUST_COPY_BYTES = 8 * MEBIBYTE;

/** How old that file may be, in milliseconds. Sigstore adds a log or a key about twice a year. */
export const MAX_TRUST_COPY_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/** One request to the sandbox, in bytes: an envelope is base64, in JSON, and once more in base64. */
export const MAX_REQUEST_BYTES = 2 * MAX_SIGSTORE_BUNDLE_BYTES;

/** How deep lists and maps may nest. The deepest real document seen has 14 levels (2026-11). */
export const MAX_NESTING = 100;

/**
 * Constraints of one recipe, so that a hostile one does not take hours; the largest real one has 5
 * (2026-11).
 */
export const MAX_CONSTRAINTS = 1000;

/** Values of one YAML document, lists and maps counted twice, so that two bytes each cannot fill the
 * memory. A snapshot of 48 MiB with the shortest records that occur has 2.6 million. */
export const MAX_DOCUMENT_VALUES = 3_000_000;

/** Values of one JSON document, lists and maps counted twice, for the same reason: a quarter of a
 * million tests of a CTRF report. */
export const MAX_JSON_VALUES = 1_000_000;

/** Elements of one XML document: those of all the tests that a report may have, with five each. */
export const MAX_XML_ELEMENTS = 300_000;

/** Attributes of one XML document, for the same reason: Kubernetes' own 7,000 tests have four each. */
export const MAX_XML_ATTRIBUTES = 1_000_000;

/** Values of a recipe, counted the same way, because its text is made again of each. The largest real one
 * has 500 (2026-11). */
export const MAX_RECIPE_VALUES = 20_000;

/** Values that a document of any size may have. */
export const FREE_VALUES = 50_000;

/** What more values must have on average, in characters of the document: a map takes 200 bytes of memory
 * or more, and no document more than ten times its size. Real ones have 16 or more (2026-11). */
export const MIN_CHARACTERS_PER_VALUE = 10;

/** One text of a YAML document, in characters: a list of 65,000 nodes with names of 60 characters. */
export const MAX_TEXT_CHARACTERS = 4 * MEBIBYTE;

/**
 * Differences of one claim that a report lists; the others are counted. Else a hostile statement could
 * make a report that nobody can open.
 */
export const MAX_CLAIM_FAULTS = 100;

/**
 * How much later than its signature evidence may say that it was made, and how much later than both a phase
 * may have ended, in milliseconds: clocks differ.
 */
export const MAX_CLOCK_SKEW_MS = 5 * 60 * 1000;

/** A log's name, in characters, so that every tar program can write its path without an extension. */
export const MAX_LOG_NAME_CHARACTERS = 80;

/** Log entries, and timestamps, of one Sigstore bundle: every one is verified, so the time is bounded. */
export const MAX_WITNESSES = 32;

/** Certificates of all authorities in a trusted root. Sigstore's own has 5 (2026-11). */
export const MAX_ROOT_CERTIFICATES = 100;

/** Hashes of one inclusion proof: 2^63 entries would need 63; a longer proof is no proof. */
export const MAX_PROOF_HASHES = 64;

/** Extensions of one certificate; those of Fulcio have about twenty. */
export const MAX_EXTENSIONS = 256;

/** Registries that one pointer names beside its own: each may be asked, and each may be slow. */
export const MAX_LOCATIONS = 16;

/** Numbers of nodes that the overlays of a directory may be for where each recipe is resolved for each of them. */
export const MAX_NODE_COUNTS = 16;

/** Recipes that a gate compares although no overlay is for them alone: each recipe with what other overlays are for. */
export const MAX_ASKED_BESIDE = 20_000;

/** Pointers of one recipe that a gate looks at: each may lead to a bundle that is fetched and verified. */
export const MAX_POINTERS = 256;

/** A manifest of an OCI artifact, in bytes. AICR's own reader has the same limit. */
export const MAX_OCI_MANIFEST_BYTES = MEBIBYTE;

/** The config of what is attached, in bytes: ours is empty, and copies of others have theirs. */
export const MAX_OCI_CONFIG_BYTES = MEBIBYTE;

/** A list of referrers, all its pages together, and any other OCI index, in bytes: what registries take. */
export const MAX_OCI_INDEX_BYTES = 4 * MEBIBYTE;

/** Small documents among the blobs of an OCI image layout, together, in bytes: all are looked at for what is attached. */
export const MAX_LAYOUT_JSON_BYTES = 64 * MEBIBYTE;

/** What is attached to one artifact: each is fetched, and anybody who may push can attach more. */
export const MAX_REFERRERS = 256;

/** Registry and repository of an artifact, in characters, with the slash between them: more is what most clients
 * refuse. */
export const MAX_REPOSITORY_CHARACTERS = 255;

/** A path in a bundle, in characters: what a ustar header holds in its name field without an
 * extension, less a leading `./`. */
export const MAX_PATH_CHARACTERS = 98;

/** A key of a YAML map, in characters with its quotes: yaml.v3 gives up after that. */
export const MAX_KEY_CHARACTERS = 1024;

/** A number in a version that is compared, in digits, with leading zeros: reading it stays cheap. */
export const MAX_DIGITS = 100;

/**
 * A version, in characters. No real one is longer. A longer version of a tool gets a finding and is not
 * matched, so that matching takes no time. A longer value or operand is not compared as a version.
 */
export const MAX_VERSION_CHARACTERS = 256;

/** A value that a constraint looks at, in characters: reports and predicate carry it whole, for each
 * constraint that names it. The longest real one, a kernel's command line, has 4096. */
export const MAX_VALUE_CHARACTERS = 64 * KIBIBYTE;

/** Types and subtypes of one snapshot together; the units of systemd are the most. */
export const MAX_SUBTYPES = 10_000;

/** Container images of one snapshot, each of which the bill of materials lists. */
export const MAX_IMAGES = 10_000;

/** Names of nodes in all labels of one snapshot: 5,000 nodes with 70 labels each have 350,000. */
export const MAX_NODE_NAMES = 1_000_000;

/** Tests of one CTRF report, each of which a report in JSON lists. */
export const MAX_TESTS = 50_000;

/** Components of one bill of materials, with those inside others. */
export const MAX_BOM_COMPONENTS = 50_000;

/** Findings of one code in one document that are told one by one; the others are counted. */
export const MAX_FINDINGS = 1000;

/** The name of a test, and what is kept of its message, in characters. */
export const MAX_TEST_CHARACTERS = 64 * KIBIBYTE;

/** Values that the constraints of one recipe look at, in characters, together: one that a thousand name
 * stands a thousand times in reports and predicate. */
export const MAX_VALUES_CHARACTERS = MEBIBYTE;

/** Withheld values of one bundle that are committed to: those of a snapshot of 5,000 nodes are 100,000. */
export const MAX_WITHHELD_VALUES = 150_000;

/** A file of openings or of revealed values, in bytes: what was withheld may be most of a snapshot and of
 * three reports, with a place for each value. */
export const MAX_OPENINGS_BYTES = 128 * MEBIBYTE;

/**
 * How far in the future a document's timestamp may be, in milliseconds: a clock may be wrong by a time
 * zone. A later one is not when the document was made.
 */
export const MAX_FUTURE_MS = 24 * 60 * 60 * 1000;

/**
 * How far apart snapshot and phases of one run may be, in milliseconds, unless the caller says otherwise:
 * what was measured on another day may be another cluster.
 */
export const MAX_RUN_SPAN_MS = 24 * 60 * 60 * 1000;

/** What the gate fetches in one call: bundles, the bytes of one, those of all, and how long, in milliseconds. */
export const MAX_FETCHED_BUNDLES = 1000;
export const MAX_FETCHED_BYTES = 256 * MEBIBYTE;
export const MAX_ALL_FETCHED_BYTES = 2 * GIBIBYTE;
export const MAX_FETCHING_MS = 20 * 60 * 1000;
