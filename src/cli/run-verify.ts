import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';

import { EVIDENCE_LAYOUT } from '../evidence/layout.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import { verifyEvidence } from '../evidence/verify/verify-evidence.ts';
import { openEntries } from '../io/disk/bundle-source.ts';
import { requireHarmless } from '../io/disk/harmless-output.ts';
import { printReport } from '../io/disk/print-report.ts';
import { readPolicy } from '../io/disk/read-policy.ts';
import { blockNetwork } from '../io/http/offline.ts';
import { documentTime } from '../io/process/clock.ts';
import { interruptible } from '../io/process/interrupt.ts';
import { withProgress } from '../io/process/progress.ts';
import { readTrust } from '../io/sigstore/read-trust.ts';
import type { Tool } from '../tool.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { REPORT_FLAGS, reportChoice } from './report-flags.ts';
import type { Format, ReportChoice } from './report-flags.ts';
import { commandLine } from './shell-words.ts';

/** What `verify-evidence` takes. */
export const VERIFY_ARGS = {
  input: stringArg({ required: true, description: 'A bundle: a .tar.gz or a directory.' }),
};

export const VERIFY_FLAGS = {
  'trusted-root': string({
    helpValue: 'FILE',
    summary: 'Sigstore trusted root; by default the embedded public-good one.',
  }),
  'certificate-identity': string({
    helpValue: 'IDENTITY',
    summary: 'Who must have signed, compared whole; with --certificate-oidc-issuer.',
  }),
  'certificate-oidc-issuer': string({
    helpValue: 'URL',
    summary: 'The OIDC issuer that vouches for the identity, compared whole.',
  }),
  policy: string({
    helpValue: 'FILE',
    summary: 'JSON file that lists who may sign.',
    exclusive: ['certificate-identity', 'certificate-oidc-issuer'],
  }),
  ...REPORT_FLAGS,
  offline: boolean({ summary: 'Block every connection, so that none can be made by mistake.' }),
  'allow-unsigned': boolean({
    summary: 'Judge evidence without a signature as if its signer were pinned.',
  }),
};

/** The words of one call, parsed by oclif. */
export interface VerifyCall {
  readonly args: { readonly input: string };
  readonly flags: {
    readonly 'trusted-root': string | undefined;
    readonly 'certificate-identity': string | undefined;
    readonly 'certificate-oidc-issuer': string | undefined;
    readonly policy: string | undefined;
    readonly format: Format | undefined;
    readonly output: string | undefined;
    readonly offline: boolean;
    readonly 'allow-unsigned': boolean;
  };
  /** As they were typed, for the report: how to repeat the verification. */
  readonly words: readonly string[];
}

/** Everything that `affidavit verify-evidence` does; sets the exit code. */
export async function runVerify(call: VerifyCall, tool: Tool): Promise<void> {
  const { args, flags, words } = call;
  requireHarmlessOutput(call);
  // Not used here; but a caller who set it wrongly is told by every command.
  documentTime(process.env);
  if (flags.offline) blockNetwork();
  const choice = reportChoice(flags, process.stdout, process.env);
  const report = await interruptible(async () => {
    const policy = await readPolicy({
      identity: flags['certificate-identity'],
      issuer: flags['certificate-oidc-issuer'],
      policy: flags.policy,
    });
    const trust = await readTrust(flags['trusted-root']);
    const options = { trust, policy, allowUnsigned: flags['allow-unsigned'], tool };
    return await withProgress(
      'verifying',
      verifyEvidence(openEntries(args.input, EVIDENCE_LAYOUT), options),
    );
  });
  process.exitCode = EXIT_CODES[report.verdict];
  const repeat = commandLine(['affidavit', 'verify-evidence', ...words]);
  await printReport(await render(report, choice, { source: args.input, repeat }), choice.output);
}

/** A report written over what it is about would destroy it, and inside a bundle be a file too many. */
function requireHarmlessOutput({ args, flags }: VerifyCall): void {
  if (flags.output === undefined) return;
  const open = [flags['trusted-root'], flags.policy].filter((path) => path !== undefined);
  requireHarmless('--output', flags.output, { open, bundle: args.input });
}

async function render(
  report: VerificationReport,
  { format, colour, width }: ReportChoice,
  about: { readonly source: string; readonly repeat: string },
): Promise<string> {
  switch (format) {
    case 'json': {
      const { encodeReport, verificationJson } = await import('../report/json.ts');
      return encodeReport({ ...verificationJson(report), source: about.source });
    }
    case 'markdown': {
      const { renderVerificationMarkdown } = await import('../report/markdown.ts');
      return renderVerificationMarkdown(report, about);
    }
    case 'terminal': {
      const { renderVerificationTerminal } = await import('../report/terminal.ts');
      return renderVerificationTerminal(report, { colour, width, ...about });
    }
  }
}
