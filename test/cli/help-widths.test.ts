// The help of everything on a narrow, a usual and a wide terminal, in this process.
import { describe, expect, it, vi } from 'vitest';

import { allCommands } from '../../src/cli/command-table.ts';
import { printHelp } from '../../src/cli/oclif.ts';
import { ROOT } from '../run-cli.ts';

const commands = await allCommands();
const names = [...commands.keys()];
const groups = new Set(
  names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0]),
);

async function shown(name: string | undefined, width: number): Promise<string> {
  let text = '';
  // That is how oclif writes.
  const write = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    text += `${line}\n`;
  });
  try {
    await printHelp({ name, isAsked: true }, { root: ROOT, width });
  } finally {
    write.mockRestore();
  }
  return text;
}

/** Words alone: where lines end does not matter. */
function wordsIn(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '' && word !== '\\');
}

describe.each([undefined, ...names, ...groups])('the help of %s', (name) => {
  it('keeps to 60, 80 and 200 columns, and breaks no word', async () => {
    const wide = wordsIn(await shown(name, 9999));
    expect(wide.length).toBeGreaterThan(10);
    for (const width of [60, 80, 200]) {
      const text = await shown(name, width);
      const long = text.split('\n').filter((line) => line.length > width);
      // One word, or a flag and its value.
      expect(long.filter((line) => !/^ *(?:--\S+ )?\S+(?: \\)?$/.test(line))).toEqual([]);
      expect(text).not.toMatch(/[^\S\n]\n/);
      expect(wordsIn(text).toSorted()).toEqual(wide.toSorted());
    }
  });
});

describe('the help of the program', () => {
  it('shows first what most people come for, and each command once', async () => {
    const text = await shown(undefined, 80);
    const listed = text.match(/(?<=^ {2})[a-z][a-z-]+(?: [a-z]+)?(?= {2,}[A-Z])/gm) ?? [];
    expect(listed.slice(0, 2)).toEqual(['verify-evidence', 'validate']);
    expect(listed.toSorted()).toEqual([...names, 'help', 'version'].toSorted());
  });
});

describe('an example', () => {
  it('is one command when its lines are copied', async () => {
    for (const [name, { examples }] of commands) {
      for (const width of [60, 80, 200]) {
        const text = (await shown(name, width)).replaceAll(/ \\\n +/g, ' ');
        expect(examples.filter(({ run }) => !text.includes(`    $ ${run}\n`))).toEqual([]);
      }
    }
  });
});
