import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import {
  stageSandboxFiles,
  type SandboxFiles,
  type StagedFiles,
} from '../../../src/io/sandbox/sandbox-files.ts';
import { startSandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { writeWithRoot } from '../../../src/io/sandbox/write-with-root.ts';
import { scratch } from '../scratch.ts';

/** One of two runs with one OUT: what it writes there. */
interface Writer {
  readonly name: string;
  readonly root: string;
  readonly stage: () => StagedFiles;
  /** The archive under a name of its own, as every run has it before the last step. */
  readonly nameArchive: () => void;
}

async function writer(name: string, out: string): Promise<Writer> {
  const sandbox = await startSandbox();
  onTestFinished(async () => await sandbox.close());
  return {
    name,
    root: `${JSON.stringify(sandbox.trustedRoot, null, 2)}\n`,
    stage: () => stageSandboxFiles(`${out}.sandbox`, sandbox),
    nameArchive: () => {
      writeFileSync(`${out}.${name}`, name);
      renameSync(`${out}.${name}`, out);
    },
  };
}

/** Runs one of them to its end; `other` is what the second run does when the first names its root. */
async function race(
  out: string,
  { name, stage }: Writer,
  other: (nameOurs: () => void) => void,
): Promise<void> {
  let isFirst = true;
  const stageRoot = (): StagedFiles => {
    const root = stage();
    if (!isFirst) return root;
    isFirst = false;
    const keep = (): SandboxFiles => {
      other(() => root.keep());
      return { trustedRoot: 'not asked for', signingConfig: 'not asked for' };
    };
    return { ...root, keep };
  };
  const files = () => [{ path: out, chunks: [Buffer.from(name)] }];
  await writeWithRoot({ files, stageRoot }, { force: true, onNamed: () => undefined });
}

describe('two runs with one OUT leave a pair', () => {
  it.each<[string, (other: Writer, staged: StagedFiles, nameOurs: () => void) => void]>([
    [
      'both names of the other come between ours',
      (other, staged, nameOurs) => {
        other.nameArchive();
        staged.keep();
        nameOurs();
      },
    ],
    [
      'the archive of the other comes between ours, and its root after them',
      (other, staged, nameOurs) => {
        other.nameArchive();
        nameOurs();
        staged.keep();
      },
    ],
    [
      'the root of the other comes after both of ours',
      (_, staged, nameOurs) => {
        nameOurs();
        staged.keep();
      },
    ],
    ['nothing comes in between', (_, staged, nameOurs) => (staged.drop(), nameOurs())],
  ])('%s', async (_, interleave) => {
    const out = join(scratch(), 'e.tar.gz');
    const [ours, other] = [await writer('ours', out), await writer('other', out)];
    const staged = other.stage();
    other.nameArchive();
    await race(out, ours, (nameOurs) => interleave(other, staged, nameOurs));
    const root = readFileSync(`${out}.sandbox/trusted_root.json`, 'utf8');
    const name = readFileSync(out, 'utf8');
    expect([ours, other].filter((run) => run.root === root).map((run) => run.name)).toEqual([name]);
    expect(readdirSync(`${out}.sandbox`)).toHaveLength(5);
  });
});
