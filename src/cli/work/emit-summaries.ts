// `verify-evidence --emit-vsa`, `--emit-svr`: what was verified as a statement, plain or signed, for whoever trusts the verifier.
import { rmSync } from 'node:fs';

import { seal } from '../../attestation/seal.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { ATTESTATION } from '../../evidence/layout.ts';
import type { VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import { STDIN, type Output } from '../../io/disk/files.ts';
import { warn } from '../../io/disk/talk.ts';
import { documentTime, requireSignable } from '../../io/process/clock.ts';
import { unlessAborted } from '../../io/process/interrupt.ts';
import { writeWithRoot } from '../../io/sandbox/write-with-root.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import { signingStatePath } from '../../io/sigstore/signing-journal.ts';
import { openSigning, type SigningSession } from '../../io/sigstore/signing-session.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { summarise } from '../../report/summarise.ts';
import {
  encodeSvr,
  encodeVsa,
  WEAKENED_PROPERTY,
  type Summary,
} from '../../summary/encode-summary.ts';
import type { Call } from '../call/command.ts';
import { outputsOf } from '../call/report-flags.ts';
import { AFTER_REPORTS } from '../call/report-formats.ts';
import { SIGNING_FILES } from '../call/signing-flags.ts';
import { artifactPlace } from './artifact-place.ts';
import { namedRules } from './named-rules.ts';
import { signingChoice } from './signing-choice.ts';
import { requireOutputs } from './validate-outputs.ts';
import type { Rules } from './verify-input.ts';

interface Form {
  readonly flag: '--emit-vsa' | '--emit-svr';
  readonly path: string;
  readonly encode: (summary: Summary) => Uint8Array;
}

/** A form that is wanted; with a session it is signed. */
type Wanted = Form & { readonly session: SigningSession | undefined };

/** What was verified, and how. */
export interface Verified {
  readonly report: VerificationReport;
  /** As the user named it. */
  readonly source: string;
  readonly rules: Rules | undefined;
}

export interface Summaries {
  /** Writes each that is wanted, completely or not at all. */
  readonly emit: (verified: Verified) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Everything that can be wrong is said before anything is verified.
 *
 * @param files the flags that name what is read
 * @throws EvidenceError USAGE, OUTPUT_EXISTS, FILE_UNWRITABLE, and what `openSigning` throws
 */
export async function openSummaries(call: Call, files: readonly string[]): Promise<Summaries> {
  const { options } = call;
  const forms = formsOf(options);
  for (const name of ['verifier-id', 'resource-uri']) requireUri(name, options.text(name));
  for (const form of forms) await requireGoodOutput(call, form, { forms, files });
  const wanted: Wanted[] = [];
  const close = async (): Promise<void> => {
    for (const { session } of wanted) await session?.close?.();
  };
  try {
    for (const form of forms) {
      if (options.has('force')) rmSync(form.path, { force: true });
      const choice = { ...signingChoice(call, form.path, false), isPacked: true };
      const session = options.has('sign') ? await openSigning(choice) : undefined;
      wanted.push({ ...form, session });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { emit: async (verified) => await emitAll(wanted, verified, call), close };
}

function formsOf(options: Call['options']): readonly Form[] {
  const [vsa, svr] = [options.text('emit-vsa'), options.text('emit-svr')];
  const forms: readonly Form[] = [
    ...(vsa === undefined ? [] : [{ flag: '--emit-vsa', path: vsa, encode: encodeVsa } as const]),
    ...(svr === undefined ? [] : [{ flag: '--emit-svr', path: svr, encode: encodeSvr } as const]),
  ];
  const stray = ['sign', 'verifier-id', 'force'].find((name) => options.has(name));
  if (forms.length > 0 || stray === undefined) return forms;
  const place = { code: 'USAGE', at: `--${stray}`, hint: 'add --emit-vsa FILE' } as const;
  return refuse(place, 'nothing that is written', '--emit-vsa or --emit-svr');
}

function requireUri(name: string, text: string | undefined): void {
  if (text === undefined || (/^[a-z][a-z0-9+.-]*:[!-~]+$/.test(text) && URL.canParse(text))) return;
  const hint = 'write it like https://example.com/verifier/v1';
  refuse({ code: 'USAGE', at: `--${name}`, hint }, quote(text), 'a URI');
}

async function requireGoodOutput(
  { options, environment }: Call,
  { flag, path }: Form,
  { forms, files }: { readonly forms: readonly Form[]; readonly files: readonly string[] },
): Promise<void> {
  const inputs = options.texts('input');
  const place = { code: 'USAGE', at: flag } as const;
  if (inputs.length !== 1 || options.has('from') || options.has('shard')) {
    const hint = 'verify each by a call of its own';
    refuse({ ...place, hint }, 'several inputs', 'one INPUT, which it is about');
  }
  if (path === STDIN) refuse({ ...place, hint: 'name a file' }, 'standard output', 'a file');
  const isSigned = options.has('sign');
  const bundle = options.text('bundle');
  const others = forms.flatMap((form) =>
    form.flag === flag ? [] : [[form.flag, form.path] as const],
  );
  await requireOutputs({
    flag,
    open: [...new Set([...files, ...SIGNING_FILES])].flatMap((name) => options.text(name) ?? []),
    variables: isSigned ? servicePaths(environment) : {},
    bundle: bundle ?? inputs[0] ?? '',
    out: path,
    force: options.has('force'),
    beside: isSigned ? [signingStatePath(path)] : [],
    sandbox: options.has('sandbox'),
    outputs: [...outputsOf(options), ...others],
  });
}

/** The reports are there already. */
async function emitAll(wanted: readonly Wanted[], verified: Verified, call: Call): Promise<void> {
  try {
    const summary = await summaryOf(verified, call);
    for (const one of wanted) await emit(one, summary, call);
  } catch (error) {
    if (error instanceof EvidenceError) AFTER_REPORTS.add(error);
    throw error;
  }
}

async function summaryOf(
  { report, source, rules }: Verified,
  { options, environment }: Call,
): Promise<Summary | undefined> {
  return summarise(report, {
    policy: rules?.policy,
    rules: rules && namedRules(options, rules),
    time: (options.has('at') ? report.now : undefined) ?? documentTime(environment),
    verifier: options.text('verifier-id'),
    resource: options.text('resource-uri') ?? (await fetchedFrom(report, source)),
  });
}

/** Where anybody can have it; a layout is on this machine alone. */
async function fetchedFrom(
  { source: artifact }: VerificationReport,
  source: string,
): Promise<string | undefined> {
  const isPublic = artifact !== undefined && (await artifactPlace(source))?.layout === undefined;
  return isPublic ? `oci://${artifact.registry}@${artifact.digest}` : undefined;
}

async function emit(
  { flag, path, encode, session }: Wanted,
  summary: Summary | undefined,
  call: Call,
): Promise<void> {
  const file = escapeInvisible(path);
  if (summary === undefined) {
    const why = 'nothing was judged, or nothing of it can be named by a digest';
    warn(`affidavit: ${flag} wrote nothing: ${why}\n`);
    return;
  }
  const statement = encode(summary);
  const bytes =
    session === undefined ? statement : await sign(statement, { summary, session, path }, call);
  const files = (): readonly Output[] => [{ path, chunks: [bytes] }];
  await call.beforeWriting();
  await writeWithRoot(
    { files, stageRoot: session?.stageRoot },
    { force: false, signal: call.signal, onNamed: () => undefined },
  );
  session?.forget(true);
  warn(`affidavit: ${file} says ${resultOf(summary)}\n`);
}

function resultOf({ properties }: Summary): string {
  if (properties.includes(WEAKENED_PROPERTY)) return `PASSED, but weakened (${WEAKENED_PROPERTY})`;
  return properties.length > 0 ? 'PASSED' : 'FAILED';
}

async function sign(
  statement: Uint8Array,
  {
    summary,
    session,
    path,
  }: { readonly summary: Summary; readonly session: SigningSession; readonly path: string },
  { progress, signal }: Call,
): Promise<Uint8Array> {
  requireSignable(summary.time);
  const name = escapeInvisible(path);
  const files = { statement: name, attestation: { ...ATTESTATION, name } };
  try {
    const sealing = seal(statement, session.signing, files);
    return (await progress('signing', unlessAborted(sealing, signal))).sigstoreBundle;
  } catch (error) {
    session.forget(false);
    throw error;
  }
}
