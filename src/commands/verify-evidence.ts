import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';

import { BaseCommand } from '../cli/base-command.ts';
import { EXIT_CODES } from '../cli/exit-codes.ts';
import { REPORT_FLAGS, reportChoice } from '../cli/report-flags.ts';
import type { ReportChoice } from '../cli/report-flags.ts';
import { commandLine } from '../cli/shell-words.ts';
import { toolOf } from '../cli/tool.ts';
import { openEntries } from '../io/bundle-source.ts';
import { interruptible } from '../io/interrupt.ts';
import { blockNetwork } from '../io/offline.ts';
import { printReport } from '../io/print-report.ts';
import { withProgress } from '../io/progress.ts';
import { readPolicy } from '../io/read-policy.ts';
import { readTrust } from '../io/read-trust.ts';
import type { VerificationReport } from '../report/report.ts';
import { verifyEvidence } from '../verify/verify-evidence.ts';

export default class VerifyEvidence extends BaseCommand {
  static override readonly summary = 'Check that evidence is what its signer says it is.';

  static override readonly description = `Recomputes everything in the bundle that can be recomputed and holds each claim against it.
Exit codes: 0 verified, 1 verified but not green, 2 invalid, 3 cannot judge, 4 needs a decision
(unsigned, or the signer is not pinned), 64 usage. Makes no network call.`;

  static override readonly examples = [
    `<%= config.bin %> <%= command.id %> evidence.tar.gz \\
  --certificate-identity you@example.com --certificate-oidc-issuer https://github.com/login/oauth`,
    '<%= config.bin %> <%= command.id %> evidence.tar.gz --policy signers.json --format json --output report.json',
  ];

  static override readonly args = {
    input: stringArg({ required: true, description: 'A bundle: a .tar.gz or a directory.' }),
  };

  static override readonly flags = {
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

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VerifyEvidence);
    if (flags.offline) blockNetwork();
    const choice = reportChoice(flags, process.stdout, process.env);
    const report = await interruptible(async () => {
      const policy = await readPolicy({
        identity: flags['certificate-identity'],
        issuer: flags['certificate-oidc-issuer'],
        policy: flags.policy,
      });
      const trust = await readTrust(flags['trusted-root']);
      const allowUnsigned = flags['allow-unsigned'];
      const options = { trust, policy, allowUnsigned, tool: toolOf(this.config) };
      return await withProgress('verifying', verifyEvidence(openEntries(args.input), options));
    });
    process.exitCode = EXIT_CODES[report.verdict];
    const repeat = commandLine(['affidavit', 'verify-evidence', ...this.argv]);
    await printReport(await render(report, choice, { source: args.input, repeat }), choice.output);
  }
}

async function render(
  report: VerificationReport,
  { format, colour, width }: ReportChoice,
  about: { readonly source: string; readonly repeat: string },
): Promise<string> {
  switch (format) {
    case 'json': {
      const { verificationJson } = await import('../report/json.ts');
      const json = verificationJson(report, EXIT_CODES[report.verdict]);
      return `${JSON.stringify({ ...json, source: about.source }, null, 2)}\n`;
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
