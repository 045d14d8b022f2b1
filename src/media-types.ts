// Every apiVersion, type and media type, with its specification.

/** The group of AICR's documents since v0.12; the following use it. */
export const AICR_GROUP = 'aicr.run';

/** The apiVersion of snapshots and ordinary recipes. */
export const AICR_V1 = `${AICR_GROUP}/v1`;
/** Authoring documents: overlays, mixins, registries. */
export const AICR_V1BETA1 = `${AICR_GROUP}/v1beta1`;
/** Recipes and overlays with a profile. */
export const AICR_V1BETA2 = `${AICR_GROUP}/v1beta2`;
/** Ordinary documents, until v1.0.0 retired it. */
export const AICR_V1ALPHA2 = `${AICR_GROUP}/v1alpha2`;
/** Documents with a profile, until v1.0.0 retired it. */
export const AICR_V1ALPHA3 = `${AICR_GROUP}/v1alpha3`;
/** The group of AICR's documents up to v0.11. */
export const AICR_GROUP_V011 = 'aicr.nvidia.com';
/** What every document had up to v0.11. */
export const AICR_V011 = `${AICR_GROUP_V011}/v1alpha1`;
/** What the validator catalog alone had up to v0.11. */
export const AICR_V011_CATALOG = `${AICR_GROUP_V011}/v1`;
/** The validator catalog. */
export const VALIDATOR_V1ALPHA1 = 'validator.nvidia.com/v1alpha1';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** AICR's recipe evidence: of recipes without a profile. */
export const PREDICATE_TYPE_V1 = 'https://aicr.run/recipe-evidence/v1';
/** Of recipes with a profile. */
export const PREDICATE_TYPE_V2 = 'https://aicr.run/recipe-evidence/v2';
/** Of any recipe; its digest leaves `metadata.version` out. */
export const PREDICATE_TYPE_V3 = 'https://aicr.run/recipe-evidence/v3';

/** The first one, until AICR moved to another domain. */
export const PREDICATE_TYPE_V011 = `https://${AICR_GROUP_V011}/recipe-evidence/v1`;

/** https://slsa.dev/spec/v1.1/verification_summary */
export const VSA_TYPE = 'https://slsa.dev/verification_summary/v1';
/** https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md */
export const SVR_TYPE = 'https://in-toto.io/attestation/svr/v0.2';
/** The same, until it had to name policies. */
export const SVR_TYPE_V01 = 'https://in-toto.io/attestation/svr/v0.1';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md */
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
export const SIGSTORE_BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** https://github.com/opencontainers/image-spec/blob/main/media-types.md */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
/** A config that says nothing: its content is `{}`. */
export const OCI_EMPTY = 'application/vnd.oci.empty.v1+json';
export const OCI_TAR_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** The artifact that AICR pushes with a bundle. */
export const AICR_ARTIFACT = 'application/vnd.nvidia.aicr.artifact';

/** A trusted root and a signing config in one file. https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto */
export const CLIENT_TRUST_CONFIG = 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json';

/** The schema version that every document of this project carries. */
export const SCHEMA_VERSION = '1.0.0';

/** That of our own part of the predicate, `affidavit`. */
export const AFFIDAVIT_VERSION = '1.1.0';

/** The organisation in the certificates of `affidavit sandbox`. No other authority may use it. */
export const SANDBOX_ORGANIZATION = 'affidavit sandbox';
