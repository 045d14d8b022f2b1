// oclif prints the help, from `oclif.manifest.json` (`oclif-commands.ts`). Nothing of ours is imported here, because it is
// joined into a file of its own (`tools/bundle.ts`).

import { run } from '@oclif/core/run';

/** The help of one command, or of the program. `root` is the directory of package.json. */
export async function printHelp(name: string | undefined, root: string): Promise<void> {
  try {
    await run([...(name === undefined ? [] : [name]), '--help'], { root });
  } catch (error) {
    // oclif's way to say that it is done.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIT')) throw error;
  }
}
