import { BaseCommand } from '../cli/base-command.ts';
import { VERIFY_ARGS, VERIFY_FLAGS, runVerify } from '../cli/run-verify.ts';
import { toolOf } from '../cli/tool.ts';

/** For help and completion; `cli/main.ts` takes a short cut past it when it verifies. */
export default class VerifyEvidence extends BaseCommand {
  static override readonly summary = 'Check that evidence is what its signer says it is.';

  static override readonly description = `Recomputes everything in the bundle that can be recomputed and holds each claim against it.
Exit codes: 0 verified, 1 verified but not green, 2 invalid, 3 cannot judge, 4 needs a decision
(unsigned, or the signer is not pinned), 64 usage. Makes no network call.`;

  static override readonly usage = `verify-evidence INPUT [--trusted-root FILE]
  [--certificate-identity IDENTITY --certificate-oidc-issuer URL | --policy FILE]
  [--format terminal|markdown|json] [--output FILE] [--offline] [--allow-unsigned]`;

  static override readonly examples = [
    `<%= config.bin %> <%= command.id %> evidence.tar.gz \\
  --certificate-identity you@example.com --certificate-oidc-issuer https://github.com/login/oauth`,
    '<%= config.bin %> <%= command.id %> evidence.tar.gz --policy signers.json --format json --output report.json',
  ];

  static override readonly args = VERIFY_ARGS;

  static override readonly flags = VERIFY_FLAGS;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VerifyEvidence);
    await runVerify({ args, flags, words: this.argv }, toolOf(this.config));
  }
}
