import { referenceName } from '../../artifact-reference.ts';
import { hexOf } from '../../digest.ts';
import { attempt } from '../../errors/evidence-error.ts';
import { localPointer } from '../../evidence/pack/make-pointer.ts';
import { say } from '../../io/disk/talk.ts';
import { pausesOf } from '../../io/oci/pauses.ts';
import { interrupted } from '../../io/process/interrupt.ts';
import { defaultTag } from '../../pointer/artifact.ts';
import { hasTag } from '../../pointer/copy-artifact.ts';
import { contentFrom } from '../../pointer/push-manifest.ts';
import { pushEvidence } from '../../pointer/push.ts';
import type { Registry, Repository } from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { bundleToPublish, type BundleToPublish } from './bundle-to-publish.ts';
import { openRegistries } from './open-registries.ts';
import {
  refusePointer,
  requireOnDisk,
  requirePointerPlace,
  requireTarget,
  requireYes,
  wantsPointer,
} from './publish-call.ts';
import { pointerPlace, pointerTo, writePointer } from './publish-pointer.ts';
import { sayFindings, sayVerified } from './say-findings.ts';
import { sayPublished } from './say-published.ts';
import {
  attestationFor,
  attestationPath,
  forgetAttestation,
  type ArtifactToSign,
  type Attested,
} from './sign-artifact.ts';

/** A place to push to. */
interface Target {
  readonly repository: string;
  readonly tag: string;
}

interface Publishing extends BundleToPublish {
  readonly call: Call;
  readonly targets: readonly [Target, ...Target[]];
  readonly registry: Registry;
  readonly signing: ArtifactToSign;
}

export async function runEvidencePublish(call: Call): Promise<number> {
  const { options, progress } = call;
  const source = options.required('bundle');
  requireOnDisk(source);
  const references = options.texts('target').map(requireTarget);
  await requirePointerPlace(call);
  const bundle = await progress('verifying', bundleToPublish(source, call));
  try {
    const { packed, exitCode } = bundle.unsigned;
    const tag = defaultTag(localPointer(packed).recipe, packed.manifestDigest);
    const targets = references.map((reference) => ({ tag, ...reference }));
    const registry = await openRegistries(
      call,
      targets.map(({ repository }) => repository),
    );
    const path = attestationPath(source);
    const { digest: artifact } = bundle.artifact;
    const [first, ...others] = targets;
    if (first === undefined) throw new TypeError('a command without its argument');
    const placeOf = ({ repository }: Target): Repository => registry.repository(repository);
    const isPointed = wantsPointer(call);
    const places = [placeOf(first), ...others.map(placeOf)] as const;
    const isNew = call.options.has('sign');
    const name = referenceName(first);
    const signing = { path, name, artifact, packed, isPointed, isNew, places };
    sayVerified(bundle.unsigned);
    const ofSigned = bundle.signed?.findings ?? [];
    sayFindings(ofSigned.filter(({ code }) => code === 'AFFIDAVIT_MISSING'));
    await publish({ ...bundle, call, targets: [first, ...others], registry, signing });
    return exitCode;
  } finally {
    await bundle.close();
  }
}

async function publish(publishing: Publishing): Promise<void> {
  const { call, attestation, unsigned, artifact: manifest, targets } = publishing;
  if (unsigned.packed.redaction === undefined) await requireYes(call);
  const isOwnAbout = isAboutArtifact(publishing);
  const isSigned = isToSign(publishing, isOwnAbout);
  if (call.options.has('dry-run')) {
    sayPlan(publishing, isSigned);
    return;
  }
  await requireTags(publishing);
  const attested = isSigned ? await attestationFor(publishing.signing, call) : undefined;
  const added = attested?.bytes;
  const repositories = targets.map(({ repository }) => repository);
  const named = added ?? (isOwnAbout ? attestation : undefined);
  const unfit = WITHOUT_POINTER;
  const pointed = { ...publishing, manifest, repositories, attestation: named, unfit };
  const pointer = wantsPointer(call) ? await pointerTo(pointed) : undefined;
  await pushAll(publishing, added).catch((error: unknown) => {
    if (added === undefined || !call.signal.aborted) throw error;
    const file = escapeInvisible(publishing.signing.path);
    throw interrupted(undefined, `it goes on with the signature in ${file}`);
  });
  if (pointer !== undefined) await writePointer(call, pointer);
  if (added !== undefined) forgetAttestation(publishing.signing.path);
  sayEnd(publishing, attested, pointer !== undefined);
  await sayUnreadable(publishing);
}

function sayEnd(
  { call, targets: [first, ...more], artifact, attestation }: Publishing,
  attested: Attested | undefined,
  hasPointer: boolean,
): void {
  sayPublished(call, {
    ...{
      name: `${first.repository}@${artifact.digest}`,
      tags: [first, ...more].map(referenceName),
    },
    ...{ judged: attested?.judged, isSigned: (attested?.bytes ?? attestation) !== undefined },
    hasPointer,
  });
}

const WITHOUT_POINTER =
  'run the same command without --evidence-dir and --pointer: nothing was pushed yet, and the signature is used then';

/** What has a signature gets one more only with --sign, and what has none gets one unless --no-sign says otherwise. */
function isToSign({ attestation, call }: Publishing, isOwnAbout: boolean): boolean {
  const { options } = call;
  if (attestation === undefined) return !options.has('no-sign');
  if (options.has('sign')) return true;
  if (!isOwnAbout && wantsPointer(call)) refusePointer();
  return false;
}

/** Before anything is signed. */
async function requireTags({ call, targets, registry, artifact }: Publishing): Promise<void> {
  const force = call.options.has('force');
  for (const { repository, tag } of targets) {
    await hasTag(registry.repository(repository), { artifact, tag, force });
  }
}

async function pushAll(
  { call, artifact, registry, targets, open, attestation }: Publishing,
  added: Uint8Array | undefined,
): Promise<void> {
  const { options, progress, signal } = call;
  await call.beforeWriting();
  // The registry is told that an upload is over, also after an interrupt.
  call.waitForEnd();
  const sigstoreBundles = [attestation, added].filter((bytes) => bytes !== undefined);
  const force = options.has('force');
  for (const { repository, tag } of targets) {
    const evidence = {
      artifact,
      open: (_: unknown, offset: number) => contentFrom(open(), offset),
      sigstoreBundles,
      ...{ tag, force },
    };
    const pushed = pushEvidence(registry.repository(repository), evidence, pausesOf(signal));
    const attached = await progress(`pushing to ${repository}`, pushed);
    process.stdout.write(`${repository}@${artifact.digest}\n`);
    for (const { digest } of attached) {
      say(`attached: ${repository}@${digest}\n`);
    }
  }
}

/** Whether the signature in the bundle is; if it is about something else, that is said. */
function isAboutArtifact({ signed, artifact: { digest }, call }: Publishing): boolean {
  if (signed === undefined) return false;
  const about = signed.artifact?.digest;
  if (about === hexOf(digest)) return true;
  const more = call.options.has('sign') ? '' : '; --sign adds one about it';
  const who = about === undefined ? 'aicr and cosign refuse' : 'every verifier refuses';
  say(
    `affidavit: the signature in the bundle is not about the artifact ${digest}: ${who} it${more}\n`,
  );
  return false;
}

function sayPlan(
  { call, unsigned, artifact, targets, attestation }: Publishing,
  isSigned: boolean,
): void {
  const steps = [
    ...(isSigned ? ['would sign it as this artifact'] : []),
    ...(attestation === undefined ? [] : ['would attach its signature, not judged']),
  ];
  for (const step of steps) say(`affidavit: ${step}\n`);
  const place = pointerPlace(call, unsigned.packed, isSigned || attestation !== undefined);
  if (place !== undefined) say(`affidavit: would write the pointer ${place}\n`);
  for (const target of targets) {
    say(`affidavit: would push to ${referenceName(target)}\n`);
    process.stdout.write(`${target.repository}@${artifact.digest}\n`);
  }
}

/** Some registries keep for its owner what is new: ghcr.io does. */
async function sayUnreadable({ call, targets, artifact }: Publishing): Promise<void> {
  const { options, signal } = call;
  const names = targets.map(({ repository }) => repository);
  // Without a home there is no login.
  const anybody = await openRegistries({ options, signal, environment: {} }, names);
  for (const name of names) {
    const repository = anybody.repository(name);
    const { value, error } = await attempt(
      async () => await repository.readManifest(artifact.digest, artifact.bytes.length),
    );
    if (value !== undefined) continue;
    const said =
      error === undefined || error.code === 'REGISTRY_REFUSED'
        ? `nobody can read ${name} without a login: make it public, or verifiers cannot fetch it (ghcr.io: Package settings, Change visibility)`
        : `could not find out whether everybody can read ${name}: ${error.code}: ${error.found}`;
    say(`affidavit: ${escapeInvisible(said)}\n`);
  }
}
