import { Command } from '@oclif/core/command';

/** The command-line tool's command: an error goes up to `main`, the one place that prints it. */
export abstract class BaseCommand extends Command {
  /** oclif's own would set an exit code and a spinner. */
  protected override async catch(error: Error): Promise<void> {
    return await Promise.reject(error);
  }
}
