import { referenceName, requireReference } from '../../artifact-reference.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { FOR_AICR, makePointer } from '../../evidence/pack/make-pointer.ts';
import { pointerToArtifact } from '../../evidence/pack/pointer-to-artifact.ts';
import { renderPointer } from '../../evidence/pointer/pointer.ts';
import type { PointedArtifact, Pointer } from '../../evidence/pointer/pointer.ts';
import { verifyEvidence, type VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import { openInput } from '../../io/disk/bundle-source.ts';
import { requireOneStdin } from '../../io/disk/files.ts';
import { say } from '../../io/disk/talk.ts';
import { openTrustCache, readTrust } from '../../io/sigstore/read-trust.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { trustCacheOf } from '../call/trust-flags.ts';
import { artifactPlace } from './artifact-place.ts';
import { namedArtifact } from './named-artifact.ts';
import { namedAttestation } from './named-attestation.ts';
import { requireNone } from './named-input.ts';
import { sayFindings } from './say-findings.ts';
import { addToTree, requireFolder } from './write-pointer.ts';

export async function runEvidencePointer(call: Call): Promise<number> {
  const { options, progress } = call;
  const input = options.required('input');
  requireOneStdin([input, options.text('trusted-root'), options.text('tuf-root')]);
  const place = await artifactPlace(input);
  const isFetched = place !== undefined && place.layout === undefined;
  const artifact = artifactOf(options.text('oci'));
  requireFitting(call, isFetched);
  const named = options.text('evidence-dir');
  const folder = named ?? 'recipes/evidence';
  if (isFetched || artifact !== undefined) requireFolder(folder, named !== undefined);
  if (isFetched) {
    const { pointer, report: fetched } = await fetchedPointer(call);
    sayFindings(fetched.findings);
    await addToTree(call, pointer, folder);
    return 0;
  }
  const report = await progress('verifying', readBundle(call));
  const pointer = makePointer(report, artifact);
  sayFindings(report.findings);
  if (artifact === undefined) print(pointer, report);
  else await addToTree(call, pointer, folder);
  return 0;
}

/** Throws USAGE. */
function requireFitting({ options }: Call, isFetched: boolean): void {
  const place = { code: 'USAGE', at: '--oci' } as const;
  if (!isFetched) requireNone(options, 'INPUT');
  if (isFetched && options.has('oci')) {
    const hint = 'leave out --oci: INPUT says where it is';
    refuse({ ...place, hint }, 'an artifact as INPUT', 'a bundle');
  }
  if (isFetched || options.has('oci') || !options.has('evidence-dir')) return;
  const hint = 'add --oci, or leave out --evidence-dir: a pointer to no artifact is printed';
  refuse({ ...place, at: '--evidence-dir', hint }, 'a bundle without --oci', '--oci beside it');
}

function print(pointer: Pointer, { claimed }: VerificationReport): void {
  process.stdout.write(renderPointer(pointer));
  say(`affidavit: this pointer cannot be committed: ${missing()}\n`);

  function missing(): string {
    if (claimed?.artifact !== undefined) return 'name the artifact that was signed with --oci';
    if (pointer.signer !== undefined) return FOR_AICR;
    return 'push the bundle (`affidavit evidence publish`), then name the artifact with --oci';
  }
}

async function fetchedPointer(call: Call): ReturnType<typeof pointerToArtifact> {
  const { options, progress } = call;
  const rules = { at: 'INPUT', allowTag: options.has('allow-tag') };
  const named = await namedArtifact(options.required('input'), call, rules);
  const { digest, places, tag, manifest } = named;
  const attestation = namedAttestation(call);
  const choice = { artifact: digest, locations: places, manifest, attestation };
  const oci = referenceName({ repository: places[0].name, tag });
  return await progress(
    'verifying',
    pointerToArtifact(choice, { oci, trust: await trustOf(call) }),
  );
}

async function trustOf(call: Call): ReturnType<typeof readTrust> {
  const { options } = call;
  return await readTrust(options.text('trusted-root'), openTrustCache(trustCacheOf(call)), {
    allowMissingSct: options.has('allow-missing-sct'),
  });
}

async function readBundle(call: Call): Promise<VerificationReport> {
  const trust = await trustOf(call);
  const entries = await openInput(call.options.required('input'), EVIDENCE_LAYOUT);
  return await verifyEvidence(entries, { trust, policy: undefined, allowUnsigned: true });
}

function artifactOf(oci: string | undefined): PointedArtifact | undefined {
  if (oci === undefined) return undefined;
  const reference = requireReference(oci, { code: 'USAGE', at: '--oci' });
  const { digest } = reference;
  if (digest !== undefined) return { oci: referenceName(reference), digest };
  throw new EvidenceError('USAGE', {
    at: '--oci',
    found: quote(oci),
    expected: 'the same with a digest: @sha256: and 64 lower-case hexadecimal digits',
    hint: 'copy the reference with the digest that the push printed',
  });
}
