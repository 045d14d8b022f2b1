import { boolean, string } from '@oclif/core/flags';

import { BaseCommand } from '../cli/base-command.ts';
import { EXIT_CODES } from '../cli/exit-codes.ts';
import { REPORT_FLAGS, reportChoice } from '../cli/report-flags.ts';
import { runValidate } from '../cli/run-validate.ts';
import { toolOf } from '../cli/tool.ts';
import { interruptible } from '../io/process/interrupt.ts';

const EVIDENCE = ['emit-evidence'];

export default class Validate extends BaseCommand {
  static override readonly summary =
    'Hold a cluster and its test results against a recipe; pack and sign the evidence.';

  static override readonly description = `Evaluates the recipe's criteria and constraints on the snapshot and judges the phases by their CTRF reports.
With --emit-evidence, packs recipe, snapshot, results, logs and bill of materials into one signed archive.
Exit codes: 0 all green, 1 not green (the evidence is written all the same), 2 an input is refused,
3 a file or a service failed, 64 usage, 130 interrupted.`;

  static override readonly usage = `validate --recipe FILE --snapshot FILE
  [--results PATH]... [--logs DIR] [--emit-evidence OUT] [--no-sign] [--sandbox]
  [--identity-token TOKEN] [--signing-config FILE] [--trusted-root FILE] [--force]
  [--format terminal|markdown|json] [--output FILE] [--allow-retired-api]`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --recipe recipe.yaml --snapshot snapshot.yaml',
    `<%= config.bin %> <%= command.id %> --recipe recipe.yaml --snapshot snapshot.yaml \\
  --results results/ --logs logs/ --emit-evidence evidence.tar.gz`,
  ];

  static override readonly flags = {
    recipe: string({ required: true, helpValue: 'FILE', summary: 'Resolved recipe, YAML.' }),
    snapshot: string({
      required: true,
      helpValue: 'FILE',
      summary: 'Snapshot of the cluster, YAML.',
    }),
    results: string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATH',
      summary:
        'CTRF report of a phase, of several phases, a directory of them, or - for standard input; repeatable.',
    }),
    logs: string({
      dependsOn: EVIDENCE,
      helpValue: 'DIR',
      summary: 'Directory of logs, <phase>/<name>.',
    }),
    'emit-evidence': string({ helpValue: 'OUT', summary: 'Write the evidence to this .tar.gz.' }),
    'no-sign': boolean({
      dependsOn: EVIDENCE,
      exclusive: ['sandbox', 'identity-token', 'signing-config', 'trusted-root'],
      summary: 'Leave the evidence unsigned.',
    }),
    sandbox: boolean({
      dependsOn: EVIDENCE,
      exclusive: ['identity-token', 'signing-config', 'trusted-root'],
      summary:
        'Sign with a throw-away local Sigstore, to try it out; leaves its root in OUT.sandbox/.',
    }),
    'identity-token': string({
      dependsOn: EVIDENCE,
      helpValue: 'TOKEN',
      summary: 'OIDC token to sign with; else SIGSTORE_ID_TOKEN, else GitHub Actions.',
    }),
    'signing-config': string({
      dependsOn: EVIDENCE,
      helpValue: 'FILE',
      summary:
        'Sigstore signing config; else AFFIDAVIT_SIGNING_CONFIG, else the embedded public-good one.',
    }),
    'trusted-root': string({
      dependsOn: EVIDENCE,
      helpValue: 'FILE',
      summary:
        'Root under which the signature is verified before it is written; else AFFIDAVIT_TRUSTED_ROOT, else the embedded public-good one.',
    }),
    force: boolean({ dependsOn: EVIDENCE, summary: 'Replace OUT if it exists.' }),
    ...REPORT_FLAGS,
    'allow-retired-api': boolean({
      summary: 'Make evidence of documents whose apiVersion is retired or missing.',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Validate);
    const isGreen = await interruptible(
      async (signal, onWritten) =>
        await runValidate({
          recipe: flags.recipe,
          snapshot: flags.snapshot,
          results: flags.results ?? [],
          logs: flags.logs,
          out: flags['emit-evidence'],
          sign: !flags['no-sign'],
          sandbox: flags.sandbox,
          identityToken: flags['identity-token'],
          signingConfig: flags['signing-config'],
          trustedRoot: flags['trusted-root'],
          force: flags.force,
          allowRetiredApi: flags['allow-retired-api'],
          report: reportChoice(flags, process.stdout, process.env),
          tool: toolOf(this.config),
          environment: process.env,
          signal,
          onWritten,
        }),
    );
    process.exitCode = isGreen ? EXIT_CODES.verified : EXIT_CODES.failed;
  }
}
