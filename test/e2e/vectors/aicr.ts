// Vectors of evidence as AICR makes it: its versions, profiles, statements about an artifact, its names of providers.
import {
  ARTIFACT,
  ARTIFACT_NAME,
  AICR_RECIPE,
  BOM_TEXT,
  PROFILED_RECIPE,
  ROWS_BY_DIMENSION,
  aicrBundle,
  payloadOf,
  type AicrBundle,
} from '../aicr-bundle.ts';
import { ATTESTATION, STATEMENT, edited, fileIn, withFile, type Files } from '../evidence.ts';
import { INPUTS, edit, packed, packedUnsigned, type Inputs, type Kit, type Make } from './kit.ts';

type Edits = Readonly<Record<string, unknown>>;

/** The signatures of the vectors prove a time in June 2026. */
const DATED = { '/predicate/attestedAt': '2026-06-01T11:30:00Z' };

async function made(kit: Kit, change: AicrBundle = {}): Promise<Files> {
  const signer = { sign: async (payload: Buffer) => await Promise.resolve(kit.sign(payload)) };
  const { signed, copy } = change;
  const dated = { ...change, signed: { ...DATED, ...signed }, copy: { ...DATED, ...copy } };
  return await aicrBundle(signer, dated);
}

/** Signed as an artifact. */
const aicr =
  (change: AicrBundle = {}): Make =>
  async (kit) =>
    await packed(await made(kit, change));

/** Before it was pushed and signed: smaller, where no signature matters. */
const unsigned =
  (change: AicrBundle): Make =>
  async (kit) =>
    await packedUnsigned(await made(kit, change));

/** Made so from the start: what is signed says it too. */
const claiming = (copy: Edits, change: AicrBundle = {}): Make => unsigned({ ...change, copy });

const typed = (version: string): Edits => ({
  '/predicateType': `https://aicr.run/recipe-evidence/${version}`,
});

const VERSIONS: Readonly<Record<string, Make>> = {
  'good-aicr-v1': aicr({ version: 'v1' }),
  'good-aicr-v2': aicr({ version: 'v2', profiled: true }),
  'good-aicr-v3': aicr(),
  'good-aicr-v3-profile': aicr({ profiled: true }),
  'good-aicr-unsigned': unsigned({}),
  'aicr-v1-says-v3': claiming(typed('v3'), { version: 'v1' }),
  'aicr-v3-says-v1': claiming(typed('v1')),
  'aicr-v2-says-v3': claiming(typed('v3'), { version: 'v2', profiled: true }),
  'aicr-v3-says-v2': claiming(typed('v2'), { profiled: true }),
  'aicr-v1-with-a-profile': unsigned({ version: 'v1', profiled: true }),
  'aicr-v2-without-a-profile': unsigned({ version: 'v2' }),
  'aicr-of-the-old-domain': claiming(
    { '/predicateType': 'https://aicr.nvidia.com/recipe-evidence/v1' },
    { version: 'v1' },
  ),
  'good-aicr-older-shapes': claiming({
    '/predicate/validatorImages': null,
    '/predicate/aicrCommit': undefined,
    '/predicate/criteriaMatch/perDimension': ROWS_BY_DIMENSION,
  }),
  'aicr-match-as-a-map-differs': claiming({
    '/predicate/criteriaMatch/perDimension': {
      ...ROWS_BY_DIMENSION,
      os: { ...ROWS_BY_DIMENSION['os'], match: 'unknown' },
    },
  }),
  'good-aicr-bom-called-1.6': unsigned({
    files: { 'bom.cdx.json': edit(BOM_TEXT, ['"specVersion": "1.6"', '"specVersion": "1.5"']) },
  }),
};

const selected = (field: string, value: unknown): Make =>
  claiming({ [`/predicate/profile${field}`]: value }, { profiled: true });

/** Evidence of a recipe that nobody would resolve so. */
const profiled = (...changes: readonly (readonly [string, string])[]): Make =>
  unsigned({ profiled: true, recipe: edit(PROFILED_RECIPE, ...changes) });

const PROFILES: Readonly<Record<string, Make>> = {
  'aicr-profile-not-claimed': selected('', undefined),
  'aicr-profile-of-another-value': selected('/selection', 'gpuStack=gke-default'),
  'aicr-profile-in-another-case': selected('/selection', 'gpustack=operator-managed'),
  'aicr-profile-of-an-advertiser': selected('/advertiser', 'external'),
  'aicr-profile-of-other-descriptors': selected('/policyDescriptorIdentity', '0'.repeat(64)),
  'aicr-profile-named-like-a-criterion': profiled(['name: gpuStack', 'name: Kubeflow-x']),
  'aicr-profile-without-enabled': profiled(['                - enabled\n', '']),
  'aicr-profile-not-sorted': profiled([
    '                - driver.enabled\n                - enabled\n',
    '                - enabled\n                - driver.enabled\n',
  ]),
  'aicr-profile-claimed-of-none': claiming({
    '/predicate/profile': { selection: 'a=b', policyDescriptorIdentity: '0'.repeat(64) },
  }),
  'good-aicr-slurm-without-profile': unsigned({
    recipe: edit(AICR_RECIPE, [
      'aicr.run/v1\n',
      'aicr.run/v1beta2\nconfiguration: {slurm: {accounting: {mode: off}}}\n',
    ]),
  }),
};

const subject = (name: string, sha256 = ARTIFACT): Edits => ({
  '/subject/0': { name, digest: { sha256 } },
});

const ARTIFACTS: Readonly<Record<string, Make>> = {
  'good-aicr-artifact-with-digest': aicr({ signed: subject(`ghcr.io/o/e@sha256:${ARTIFACT}`) }),
  'aicr-artifact-with-another-digest': aicr({
    signed: subject(`ghcr.io/o/e@sha256:${'0'.repeat(64)}`),
  }),
  'aicr-artifact-with-a-scheme': aicr({ signed: subject(`oci://${ARTIFACT_NAME}`) }),
  'aicr-artifact-digest-in-capitals': aicr({
    signed: subject(ARTIFACT_NAME, ARTIFACT.toUpperCase()),
  }),
  'aicr-copy-of-another-time': aicr({ copy: { '/predicate/attestedAt': '2026-06-01T11:31:00Z' } }),
  'aicr-copy-of-another-version': aicr({ copy: typed('v1') }),
  'aicr-copy-of-another-recipe': aicr({ copy: { '/subject/0/name': 'recipe:other' } }),
  'good-aicr-copy-on-several-lines': async (kit) => {
    const files = await made(kit);
    return await packed(withFile(files, STATEMENT, edited(fileIn(files, STATEMENT), {})));
  },
  'aicr-encoded-twice': async (kit) => {
    const files = await made(kit);
    const twice = Buffer.from(payloadOf(files).toString('base64'));
    return await packed(withFile(files, ATTESTATION, kit.sign(twice)));
  },
};

/** Evidence of ours, signed with another statement; the copy stays, but for `copy`. */
const resigned =
  (signed: Edits, copy: Edits = {}): Make =>
  async (kit) => {
    const files = await kit.honest();
    const statement = fileIn(files, STATEMENT);
    const beside = Object.keys(copy).length === 0 ? statement : edited(statement, copy);
    const attestation = kit.sign(edited(statement, signed));
    return await packed(withFile(withFile(files, STATEMENT, beside), ATTESTATION, attestation));
  };

const LOST = { '/predicate/affidavit': undefined };

const OURS: Readonly<Record<string, Make>> = {
  'good-artifact': resigned(subject(ARTIFACT_NAME)),
  'good-artifact-without-its-affidavit': resigned({ ...subject(ARTIFACT_NAME), ...LOST }),
  'affidavit-lost-of-a-recipe': resigned(LOST),
  'affidavit-lost-from-the-copy': resigned(subject(ARTIFACT_NAME), LOST),
  'match-as-a-map': async (kit) => {
    const rows = { '/predicate/criteriaMatch/perDimension': ROWS_BY_DIMENSION };
    return await packedUnsigned(await kit.liar({ statement: rows }));
  },
};

const ofProvider = (name: string): Pick<Inputs, 'snapshot'> => ({
  snapshot: edit(INPUTS.snapshot, ['provider: eks', `provider: ${name}`]),
});

const honest =
  (change: Partial<Inputs>): Make =>
  async (kit) =>
    await packedUnsigned(await kit.honest(change));

/** As AICR claims it of a snapshot with the provider `aws`. */
const rawly = (edits: Edits, { snapshot } = ofProvider('aws')): Make =>
  claiming(
    {
      '/predicate/fingerprint/service/value': 'aws',
      '/predicate/criteriaMatch/matched': false,
      '/predicate/criteriaMatch/perDimension/0/fingerprintProvides': 'aws',
      '/predicate/criteriaMatch/perDimension/0/match': 'mismatched',
      ...edits,
    },
    { files: { 'snapshot.yaml': snapshot } },
  );

const PROVIDERS: Readonly<Record<string, Make>> = {
  'good-provider-aws': honest(ofProvider('aws')),
  'good-provider-with-an-instance': honest(ofProvider('aws:///us-west-2a/i-0')),
  'provider-gce': honest(ofProvider('gce')),
  'provider-oci': honest(ofProvider('oci')),
  'provider-ocid1': honest(ofProvider('ocid1.instance.oc1')),
  'provider-with-one-slash': honest(ofProvider('aws:/x')),
  'good-aicr-provider-aws': rawly({}),
  'aicr-provider-of-another': rawly({ '/predicate/fingerprint/service/value': 'gce' }),
  'aicr-provider-that-matched': rawly({
    '/predicate/criteriaMatch/perDimension/0/match': 'matched',
  }),
  'provider-without-its-note': async (kit) => {
    const edits = { statement: { '/predicate/fingerprint/service/note': undefined } };
    const files = await kit.liar(edits, await kit.honest(ofProvider('aws')));
    return await packedUnsigned(files);
  },
};

export const AICR: Readonly<Record<string, Make>> = {
  ...VERSIONS,
  ...PROFILES,
  ...ARTIFACTS,
  ...OURS,
  ...PROVIDERS,
};
