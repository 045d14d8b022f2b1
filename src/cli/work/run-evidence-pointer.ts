import { referenceName, requireReference } from '../../artifact-reference.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { FOR_AICR, makePointer } from '../../evidence/pack/make-pointer.ts';
import { renderPointer } from '../../evidence/pointer/pointer.ts';
import type { PointedArtifact, Pointer } from '../../evidence/pointer/pointer.ts';
import { verifyEvidence, type VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import { openInput } from '../../io/disk/bundle-source.ts';
import { requireOneStdin } from '../../io/disk/files.ts';
import { documentTime } from '../../io/process/clock.ts';
import { openTrustCache, readTrust } from '../../io/sigstore/read-trust.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { trustCacheOf } from '../call/trust-flags.ts';
import { sayFindings } from './say-findings.ts';
import { addToTree, requireFolder } from './write-pointer.ts';

export async function runEvidencePointer(call: Call): Promise<number> {
  const { options, progress } = call;
  requireOneStdin([options.text('bundle'), options.text('trusted-root'), options.text('tuf-root')]);
  // Not used here. But if it is set wrongly, every command says so.
  documentTime(call.environment);
  const artifact = artifactOf(options.text('oci'));
  const named = options.text('evidence-dir');
  const folder = named ?? 'recipes/evidence';
  if (artifact !== undefined) requireFolder(folder, named !== undefined);
  const report = await progress('verifying', readBundle(call));
  const pointer = makePointer(report, artifact);
  sayFindings(report.findings);
  if (artifact === undefined) print(pointer, report);
  else await addToTree(call, pointer, folder);
  return 0;
}

function print(pointer: Pointer, { claimed }: VerificationReport): void {
  process.stdout.write(renderPointer(pointer));
  process.stderr.write(`affidavit: this pointer cannot be committed: ${missing()}\n`);

  function missing(): string {
    if (claimed?.artifact !== undefined) return 'name the artifact that was signed with --oci';
    if (pointer.signer !== undefined) return FOR_AICR;
    return 'push the bundle (`aicr evidence publish`), then name the artifact with --oci';
  }
}

async function readBundle(call: Call): Promise<VerificationReport> {
  const { options } = call;
  const trust = await readTrust(options.text('trusted-root'), openTrustCache(trustCacheOf(call)), {
    allowMissingSct: options.has('allow-missing-sct'),
  });
  const entries = await openInput(options.required('bundle'), EVIDENCE_LAYOUT);
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
