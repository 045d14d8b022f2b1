import { integer, string } from '@oclif/core/flags';

import { BaseCommand } from '../cli/base-command.ts';
import { getCommandAfterDashes } from '../cli/command-after-dashes.ts';
import { renderExports, sandboxEnvironment } from '../cli/sandbox-environment.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { exitCodeOfSignal, runCommand, stopSignal } from '../io/process/child-process.ts';
import { makeSandboxDirectory, writeSandboxFiles } from '../io/sandbox/sandbox-files.ts';
import { startSandbox } from '../io/sandbox/sandbox-server.ts';

const MAX_PORT = 65_535;

export default class Sandbox extends BaseCommand {
  static override readonly summary = 'Run a whole Sigstore on this machine, for trying things out.';

  static override readonly description = [
    'Fulcio with a certificate log, Rekor v1 and v2, a timestamp authority and an OpenID provider, all on one port of 127.0.0.1. Nothing signed there verifies under any other trusted root.',
    'Without COMMAND it serves until Ctrl-C. With COMMAND it runs it with SIGSTORE_ID_TOKEN, AFFIDAVIT_SIGNING_CONFIG and AFFIDAVIT_TRUSTED_ROOT in its environment, passes signals on, and ends with its exit code (128 + n if signal n ended it, 3 if it cannot be started).',
    'The keys stay in memory and are gone at the end. The trusted root and the signing configs stay in the directory; those of an earlier sandbox are replaced.',
  ].join('\n\n');

  static override readonly usage = 'sandbox [--port N] [--dir D] [-- COMMAND...]';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --dir sandbox',
    `<%= config.bin %> <%= command.id %> --dir sandbox -- \\
  <%= config.bin %> validate --recipe recipe.yaml --snapshot snapshot.yaml --results ctrf/ --emit-evidence evidence.tar.gz`,
  ];

  static override readonly flags = {
    port: integer({
      helpValue: 'N',
      min: 0,
      max: MAX_PORT,
      default: 0,
      summary: 'Port to listen on; by default any free one.',
    }),
    dir: string({
      helpValue: 'D',
      summary:
        'Directory for the trusted root and the signing configs; by default a new temporary one.',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Sandbox);
    const command = requireWords(getCommandAfterDashes());
    const sandbox = await startSandbox({ port: flags.port });
    try {
      const files = await writeSandboxFiles(flags.dir ?? (await makeSandboxDirectory()), sandbox);
      const environment = sandboxEnvironment(files, sandbox.token());
      if (command === undefined) {
        this.log(renderExports(environment, sandbox));
        process.exitCode = exitCodeOfSignal(await stopSignal());
      } else {
        this.logToStderr(
          `affidavit: sandbox at ${sandbox.url}, its trusted root in ${files.trustedRoot}`,
        );
        process.exitCode = await runCommand(command, environment);
      }
    } finally {
      await sandbox.close();
    }
  }
}

function requireWords(command: readonly string[] | undefined): readonly string[] | undefined {
  if (command?.length !== 0) return command;
  throw new EvidenceError('USAGE', {
    at: 'the command after --',
    found: 'nothing after --',
    expected: 'a command and its arguments',
    hint: 'name the command to run, or leave -- out to serve until Ctrl-C',
  });
}
