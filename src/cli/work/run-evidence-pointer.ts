import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { referenceName, requireReference } from '../../artifact-reference.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { FOR_AICR, makePointer, otherRefs } from '../../evidence/pack/make-pointer.ts';
import { pointerPath, renderPointer } from '../../evidence/pointer/pointer.ts';
import type { PointedArtifact, Pointer } from '../../evidence/pointer/pointer.ts';
import { verifyEvidence, type VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import { openInput } from '../../io/disk/bundle-source.ts';
import { requireOneStdin } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { kindOf } from '../../io/disk/open-file.ts';
import { addPointer, readPointers } from '../../io/disk/pointer-tree.ts';
import { unwritable } from '../../io/disk/system-error.ts';
import { documentTime } from '../../io/process/clock.ts';
import { openTrustCache, readTrust } from '../../io/sigstore/read-trust.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { trustCacheOf } from '../call/trust-flags.ts';
import { sayFindings } from './say-findings.ts';

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
  else await add(call, pointer, folder);
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

async function add(call: Call, pointer: Pointer, folder: string): Promise<void> {
  const path = join(folder, pointerPath(pointer));
  const others = await readPointers(join(folder, pointer.recipe));
  sayFindings(otherRefs(pointer, others));
  await call.beforeWriting();
  requireInside(folder, pointerPath(pointer));
  makeFolder(dirname(path));
  await addPointer(path, renderPointer(pointer), call.signal);
  process.stderr.write(`pointer: ${escapeInvisible(path)}\n`);
  if (pointer.signer === undefined) {
    process.stderr.write(
      `affidavit: nobody has signed the bundle yet: commit the pointer and let AICR's workflow sign it, or run \`${commandLine(['aicr', 'evidence', 'sign', pathWord(path), '--relocate'])}\`\n`,
    );
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

/** It is not made: below another one nobody would look for the pointer. */
function requireFolder(folder: string, isNamed: boolean): void {
  const stats = lookAt(folder);
  if (stats?.isDirectory() === true) return;
  const create =
    stats === undefined ? `create ${escapeInvisible(folder)}` : 'name the directory itself';
  const checkout = 'call it in a checkout of the recipes';
  throw new EvidenceError('FILE_UNWRITABLE', {
    at: escapeInvisible(folder),
    found: stats === undefined ? 'no such directory' : `a ${kindOf(stats)}`,
    expected: "AICR's directory of evidence",
    hint: `${isNamed ? create : checkout}, or name another one with --evidence-dir`,
  });
}

/** A link on the way would lead out of the directory that the user named. */
function requireInside(folder: string, path: string): void {
  const names = path.split('/').slice(0, -1);
  const folders = names.map((_, index) => join(folder, ...names.slice(0, index + 1)));
  for (const each of folders) {
    const stats = lookAt(each);
    if (stats === undefined || stats.isDirectory()) continue;
    throw new EvidenceError('FILE_UNWRITABLE', {
      at: escapeInvisible(each),
      found: `a ${kindOf(stats)}`,
      expected: 'nothing, or a directory of pointers',
      hint: 'remove it: pointers are written below --evidence-dir only',
    });
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw unwritable(error, folder);
  }
}
