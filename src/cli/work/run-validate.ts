import { EvidenceError } from '../../errors/evidence-error.ts';
import type { PackedEvidence } from '../../evidence/pack/pack-evidence.ts';
import { validate } from '../../evidence/validate/validate.ts';
import type { NamedDocument, Validation } from '../../evidence/validate/validate.ts';
import type { ValidationReport } from '../../evidence/validate/validation-report.ts';
import { STDIN, readFileBounded } from '../../io/disk/files.ts';
import { printReport } from '../../io/disk/print-report.ts';
import { readResults, requireOneStdin } from '../../io/disk/results.ts';
import { requireOutputs } from '../../io/disk/validate-outputs.ts';
import { documentTime, requireSignable } from '../../io/process/clock.ts';
import { openSigning } from '../../io/sigstore/signing-session.ts';
import type { SigningSession } from '../../io/sigstore/signing-session.ts';
import { MAX_RECIPE_BYTES, MAX_SNAPSHOT_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { EXIT_CODES } from '../call/exit-codes.ts';
import { reportOf } from '../call/report-flags.ts';
import type { ReportChoice } from '../call/report-flags.ts';
import { commandLine } from '../call/shell-words.ts';

interface ValidateRun {
  readonly recipe: string;
  readonly snapshot: string;
  readonly results: readonly string[];
  readonly logs: string | undefined;
  /** The archive to write; undefined: no evidence is asked for. */
  readonly out: string | undefined;
  readonly sign: boolean;
  readonly sandbox: boolean;
  readonly identityToken: string | undefined;
  readonly signingConfig: string | undefined;
  readonly trustedRoot: string | undefined;
  readonly force: boolean;
  readonly allowRetiredApi: boolean;
  readonly report: ReportChoice;
  readonly call: Call;
}

/** Everything that `affidavit validate` does. */
export async function runValidate(call: Call): Promise<number> {
  const run = runOf(call);
  const now = documentTime(call.environment);
  await refuseBadCall(run);
  const session = await openSession(run, now);
  try {
    const validation = await readAndValidate(run, now);
    const packed =
      run.out === undefined ? undefined : await emit(run, run.out, { validation, session });
    const report = validationReport(run, validation, packed);
    try {
      await printReport(await render(report, run.report), run.report.output);
    } finally {
      // The evidence is there, even if the report cannot be written.
      if (run.out !== undefined && packed !== undefined) {
        process.stderr.write(nextSteps(run.out, packed, session?.rootPath));
      }
    }
    return report.faults.length === 0 ? EXIT_CODES.verified : EXIT_CODES.failed;
  } finally {
    await session?.close();
  }
}

function runOf(call: Call): ValidateRun {
  const { options } = call;
  return {
    recipe: options.required('recipe'),
    snapshot: options.required('snapshot'),
    results: options.texts('results'),
    logs: options.text('logs'),
    out: options.text('emit-evidence'),
    sign: !options.has('no-sign'),
    sandbox: options.has('sandbox'),
    identityToken: options.text('identity-token'),
    signingConfig: options.text('signing-config'),
    trustedRoot: options.text('trusted-root'),
    force: options.has('force'),
    allowRetiredApi: options.has('allow-retired-api'),
    report: reportOf(call),
    call,
  };
}

async function refuseBadCall(run: ValidateRun): Promise<void> {
  const { out, results, force, sandbox, signingConfig, trustedRoot, logs } = run;
  if (out !== undefined && results.length === 0) throw resultsRequired();
  const documents = [run.recipe, run.snapshot, ...results];
  requireOneStdin(documents);
  const files = [logs, signingConfig, trustedRoot].filter((path) => path !== undefined);
  const inputs = [...documents, ...files];
  await requireOutputs({ inputs, out, force, sandbox, output: run.report.output });
}

/** What is missing for signing is said before anything else is done. */
async function openSession(run: ValidateRun, now: Date): Promise<SigningSession | undefined> {
  if (run.out === undefined || !run.sign) return undefined;
  requireSignable(now);
  const { sandbox, out, identityToken, signingConfig, trustedRoot } = run;
  return await openSigning(
    { sandbox, out, identityToken, signingConfig, trustedRoot },
    run.call.environment,
  );
}

async function readAndValidate(run: ValidateRun, now: Date): Promise<Validation> {
  const recipe = await readDocument(run.recipe, MAX_RECIPE_BYTES, 'a recipe');
  const snapshot = await readDocument(run.snapshot, MAX_SNAPSHOT_BYTES, 'a snapshot');
  const results = run.results.length === 0 ? undefined : await readResults(run.results);
  return validate({ recipe, snapshot, results, now });
}

async function readDocument(path: string, maxBytes: number, what: string): Promise<NamedDocument> {
  const name = path === STDIN ? 'stdin' : escapeInvisible(path);
  return { name, bytes: await readFileBounded(path, maxBytes, what) };
}

async function emit(
  run: ValidateRun,
  out: string,
  {
    validation,
    session,
  }: { readonly validation: Validation; readonly session: SigningSession | undefined },
): Promise<PackedEvidence> {
  const { emitEvidence } = await import('./emit-evidence.ts');
  const { logs, force, allowRetiredApi, call } = run;
  return await emitEvidence(validation, session, { out, logs, force, allowRetiredApi, call });
}

function validationReport(
  { call: { tool }, out }: ValidateRun,
  validation: Validation,
  packed: PackedEvidence | undefined,
): ValidationReport {
  const { facts, faults, findings } = validation;
  if (out === undefined || packed === undefined) return { tool, facts, faults, findings };
  const { manifestDigest, proof, bom, sandbox } = packed;
  const evidence = { path: out, manifestDigest, signer: proof?.signer, sandbox };
  return { tool, facts: { ...facts, bom }, faults, findings, evidence };
}

async function render(report: ValidationReport, choice: ReportChoice): Promise<string> {
  switch (choice.format) {
    case 'json': {
      const { encodeReport, validationJson } = await import('../../report/json.ts');
      return encodeReport(validationJson(report));
    }
    case 'markdown': {
      const { renderValidationMarkdown } = await import('../../report/markdown.ts');
      return renderValidationMarkdown(report);
    }
    case 'terminal': {
      const { renderValidationTerminal } = await import('../../report/terminal.ts');
      return renderValidationTerminal(report, choice);
    }
  }
}

const NOT_REDACTED =
  'nothing is redacted: node names, provider ids and all else in the snapshot, results and logs become public with this evidence';

/** The path, the bundle's identity and the very command that verifies it. */
function nextSteps(out: string, packed: PackedEvidence, rootPath: string | undefined): string {
  const { proof, manifestDigest } = packed;
  const root = rootPath === undefined ? [] : ['--trusted-root', pathWord(rootPath)];
  const pin =
    proof === undefined
      ? ['--allow-unsigned']
      : [
          ...root,
          ...['--certificate-identity', proof.signer.subject],
          ...['--certificate-oidc-issuer', proof.signer.issuer],
        ];
  return [
    `evidence: ${commandLine([out])}`,
    `manifest: ${manifestDigest}`,
    `  verify: ${commandLine(['affidavit', 'verify-evidence', pathWord(out), ...pin])}`,
    `    note: ${NOT_REDACTED}`,
    '',
  ].join('\n');
}

/** A path that no program takes for a flag. */
function pathWord(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}

function resultsRequired(): EvidenceError {
  return new EvidenceError('RESULTS_REQUIRED', {
    at: '--results',
    found: '--emit-evidence without --results',
    expected: 'the CTRF reports of what was run',
    hint: 'add --results with a CTRF file for each phase, one merged CTRF file, or their directory',
  });
}
