// AICR's pointer: the small file in the tree of recipes that says where the evidence of a recipe is.

import { namesRegistry, referenceName, requireReference } from '../../artifact-reference.ts';
import { hexOf, type Digest } from '../../digest.ts';
import { dataMap, plain, type DataMap } from '../../document/data.ts';
import { ObjectReader, requireVersion10 } from '../../document/object-reader.ts';
import { parseTimeAt, parseTime, timestampOf } from '../../document/time.ts';
import { decodeYaml } from '../../document/yaml.ts';
import { PREDICATE_TYPE_V1, PREDICATE_TYPE_V2, PREDICATE_TYPE_V3 } from '../../media-types.ts';
import { sourceOf } from '../../policy/policy-signer.ts';
import { quote } from '../../quote.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { renderYaml } from '../aicr/yaml-emitter.ts';
import { isSelection } from '../recipe/profile-name.ts';
import { profileSuffix } from '../recipe/profile.ts';
import { copiesData, readCopies, type PointedCopies } from './pointed-copies.ts';

export interface Pointer {
  /** The name of the recipe, which is one part of a path. */
  readonly recipe: string;
  /** `name=value`. */
  readonly profile: string | undefined;
  readonly attestedAt: Date;
  readonly predicateType: string;
  /** Undefined until the bundle is in a registry. */
  readonly artifact: PointedArtifact | undefined;
  /** Undefined until the bundle is signed. */
  readonly signer: PointedSigner | undefined;
  /** What AICR's readers skip; absent if there is nothing to say. */
  readonly affidavit?: PointedCopies;
}

export interface PointedArtifact {
  /** Without the digest. */
  readonly oci: string;
  /** Of the OCI manifest. */
  readonly digest: Digest;
}

/** Who is said to have signed; nobody has verified it. */
export interface PointedSigner {
  readonly identity: string;
  readonly issuer: string;
  /** In digits; undefined if there is none. */
  readonly rekorLogIndex: string | undefined;
}

/** Letters, digits, ".", "_" and "-": no path leads out of the tree by it. */
const RECIPE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

const PREDICATE_TYPES = [PREDICATE_TYPE_V1, PREDICATE_TYPE_V2, PREDICATE_TYPE_V3];

const HINT = 'make the pointer again: affidavit evidence pointer';

export function isPointerRecipe(name: string): boolean {
  return RECIPE.test(name);
}

/**
 * Reads a pointer. The caller limits its size. Stricter than AICR: a field that nobody knows is refused.
 *
 * @param file how complaints name it
 * @throws EvidenceError what `decodeYaml` throws, SCHEMA_VERSION_UNKNOWN, FIELD_MISSING, FIELD_INVALID,
 *   FIELD_UNKNOWN, POINTER_TO_FILE, POINTER_TO_ITSELF
 */
export function parsePointer(bytes: Uint8Array, file: string): Pointer {
  const reader = new ObjectReader(decodeYaml(bytes, file), file);
  requireVersion10(reader, `upgrade affidavit, or ${HINT}`);
  const recipe = required(reader, 'recipe', isPointerRecipe, 'the name of a recipe');
  const profile = readProfile(reader, recipe);
  const attestations = reader.list('attestations', (data, at) => new ObjectReader(data, at));
  const copies = reader.optionalObject('affidavit');
  reader.end();
  const [attestation] = attestations;
  if (attestation === undefined || attestations.length > 1) {
    const found = `${attestations.length} attestations`;
    return invalid(reader, 'attestations', 'exactly one attestation', found);
  }
  const pointed = readAttestation(attestation, profile);
  if (copies === undefined) return { recipe, profile, ...pointed };
  if (pointed.artifact !== undefined) {
    return { recipe, profile, ...pointed, affidavit: readCopies(copies, HINT) };
  }
  return invalid(reader, 'affidavit', 'no such field while the bundle is in no registry');
}

/** The text that AICR writes: the keys sorted, two spaces. */
export function renderPointer(pointer: Pointer): string {
  const { recipe, profile, artifact, signer, predicateType, attestedAt } = pointer;
  const { oci = '', digest = '' } = artifact ?? {};
  const attestation = dataMap({
    attestedAt: plain('timestamp', timestampOf(attestedAt)),
    bundle: dataMap({ digest, oci, predicateType }),
    signer: signer && signerData(signer),
  });
  const affidavit = pointer.affidavit && copiesData(pointer.affidavit);
  const data = dataMap({
    ...{ affidavit, attestations: [attestation], profile, recipe },
    schemaVersion: '1.0.0',
  });
  return renderYaml(encodeGo('any', data), 2);
}

/**
 * Where AICR keeps the pointer, below its directory of evidence: by recipe, signer and digest. Without a
 * signer, where it waits for one.
 */
export function pointerPath({ recipe, signer, artifact }: Pointer): string {
  if (signer === undefined || artifact === undefined) return `${recipe}.yaml`;
  return `${recipe}/${slugOf(signer)}/sha256-${hexOf(artifact.digest)}.yaml`;
}

export function slugOf({ identity, issuer }: PointedSigner): string {
  return sourceOf({ subject: identity, issuer });
}

/** Whether two signers are one workflow that ran on different branches or tags: their folders differ. */
export function isOtherRef(one: PointedSigner, other: PointedSigner): boolean {
  const [workflow, ref] = workflowOf(one);
  const [otherWorkflow, otherRef] = workflowOf(other);
  return ref !== undefined && otherRef !== undefined && ref !== otherRef
    ? one.issuer === other.issuer && workflow === otherWorkflow
    : false;
}

function workflowOf({ identity }: PointedSigner): readonly [string, string | undefined] {
  const { workflow = identity, ref } =
    /^(?<workflow>https:\/\/[^@]+)@(?<ref>refs\/.+)$/.exec(identity)?.groups ?? {};
  return [workflow, ref];
}

function signerData({ identity, issuer, rekorLogIndex }: PointedSigner): DataMap {
  const index = rekorLogIndex === undefined ? undefined : plain('integer', rekorLogIndex);
  return dataMap({ identity, issuer, rekorLogIndex: index });
}

function readProfile(reader: ObjectReader, recipe: string): string | undefined {
  const profile = reader.optionalText('profile') ?? '';
  if (profile === '') return undefined;
  if (!isSelection(profile)) return invalid(reader, 'profile', 'NAME=VALUE');
  const suffix = profileSuffix({ selection: profile });
  if (recipe.endsWith(suffix)) return profile;
  return invalid(reader, 'recipe', `a name that ends with ${quote(suffix)}, as the profile says`);
}

function readAttestation(
  reader: ObjectReader,
  profile: string | undefined,
): Omit<Pointer, 'recipe' | 'profile'> {
  const at = { code: 'FIELD_INVALID', at: reader.pointer('attestedAt'), hint: HINT } as const;
  const attestedAt = parseTimeAt(at, reader.text('attestedAt'), parseTime);
  const bundle = reader.object('bundle');
  const signer = reader.optionalObject('signer');
  reader.end();
  const artifact = readArtifact(bundle);
  const predicateType = readType(bundle, profile);
  bundle.end();
  return { attestedAt, predicateType, artifact, signer: signer && readSigner(signer) };
}

function readType(bundle: ObjectReader, profile: string | undefined): string {
  const isType = (text: string): boolean => PREDICATE_TYPES.includes(text);
  const type = required(bundle, 'predicateType', isType, PREDICATE_TYPES.join(' or '));
  const hasProfile = type === PREDICATE_TYPE_V2;
  if (type === PREDICATE_TYPE_V3 || hasProfile === (profile !== undefined)) return type;
  const expected = hasProfile ? 'a pointer with a profile' : 'a pointer without a profile';
  return invalid(bundle, 'predicateType', expected);
}

/** Both are empty until the bundle is pushed. */
function readArtifact(bundle: ObjectReader): PointedArtifact | undefined {
  const oci = bundle.text('oci');
  if (oci === '' && bundle.text('digest') === '') return undefined;
  const digest = bundle.digest('digest', HINT);
  if (oci.startsWith('file:') || (oci !== '' && !namesRegistry(oci))) refuseFile(bundle, oci);
  const form = 'the name of an artifact: REGISTRY/REPOSITORY[:TAG]';
  const place = { code: 'FIELD_INVALID', at: bundle.pointer('oci') } as const;
  if (referenceName(requireReference(oci, place, form)) === oci) return { oci, digest };
  return invalid(bundle, 'oci', form);
}

function refuseFile(bundle: ObjectReader, oci: string): never {
  const path = oci.replace(/^(?:file:\/\/)?(?:\.{1,2}\/)*/, '');
  const file = bundle.pointer('oci').replace(/#.*$/s, '');
  return bundle.refuse('oci', {
    code: `/${file}`.endsWith(`/${path}`) ? 'POINTER_TO_ITSELF' : 'POINTER_TO_FILE',
    expected: 'the name of an artifact that everybody can pull: REGISTRY/REPOSITORY[:TAG]',
    hint: 'push the bundle with affidavit evidence publish, which makes the pointer too',
  });
}

function isThere(text: string): boolean {
  return text !== '';
}

function readSigner(reader: ObjectReader): PointedSigner {
  const identity = required(reader, 'identity', isThere, 'who signed');
  const issuer = required(reader, 'issuer', isThere, 'the issuer of the identity');
  const index = reader.optionalText('rekorLogIndex');
  reader.end();
  if (index !== undefined && !/^(?:0|[1-9]\d{0,18})$/.test(index)) {
    return invalid(reader, 'rekorLogIndex', 'the index of an entry of a log');
  }
  return { identity, issuer, rekorLogIndex: index === '0' ? undefined : index };
}

function required(
  reader: ObjectReader,
  name: string,
  isValid: (text: string) => boolean,
  expected: string,
): string {
  const text = reader.text(name);
  return isValid(text) ? text : invalid(reader, name, expected);
}

function invalid(reader: ObjectReader, name: string, expected: string, found?: string): never {
  const refusal = { code: 'FIELD_INVALID', expected, hint: HINT } as const;
  return reader.refuse(name, found === undefined ? refusal : { ...refusal, found });
}
