// What `affidavit validate` writes never takes the place of what it, or the next command, reads.
import {
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';

import { describe, expect, it } from 'vitest';

import { INPUTS, IN_SANDBOX, OUT, Workplace } from './emit.ts';

const RECIPE = 'recipe.yaml';
const ROOT_FOLDER = `${OUT}.sandbox`;

/** Every file by its name, links followed. */
function contentsOf(place: Workplace): ReadonlyMap<string, string> {
  const files = place.list().filter((name) => statSync(place.path(name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(place.path(name), 'utf8')]));
}

describe('an output', () => {
  it.each([
    { flag: '--output', words: ['--no-sign', '--emit-evidence', OUT, '--output', './r.json'] },
    { flag: '--output', words: ['--output', 'link.json'] },
    { flag: '--emit-evidence', words: ['--no-sign', '--force', '--emit-evidence', 'twin.json'] },
  ])('$words over a file that a variable names is 64', async ({ flag, words }) => {
    for (const variable of ['AFFIDAVIT_TRUSTED_ROOT', 'AFFIDAVIT_SIGNING_CONFIG']) {
      const place = new Workplace();
      place.write('r.json', 'precious');
      symlinkSync('r.json', place.path('link.json'));
      linkSync(place.path('r.json'), place.path('twin.json'));
      const env = { [variable]: place.path('r.json') };
      const { code, error } = await place.refused([...INPUTS, ...words], { env });
      expect([code, error.code, error.at]).toEqual([64, 'USAGE', flag]);
      expect(error.found).toContain(variable);
      expect(readFileSync(place.path('r.json'), 'utf8')).toBe('precious');
    }
  });
});

describe('the folder of a sandbox', () => {
  it.each<[string, string, (place: Workplace) => readonly string[]]>([
    [
      'holds the recipe, deep inside',
      '64 USAGE --emit-evidence',
      (place) => {
        cpSync(place.path(RECIPE), place.path(ROOT_FOLDER, 'a/b', RECIPE), { recursive: true });
        return ['--recipe', `${ROOT_FOLDER}/a/b/${RECIPE}`];
      },
    ],
    [
      'holds what the recipe is a link to',
      '64 USAGE --emit-evidence',
      (place) => {
        cpSync(place.path(RECIPE), place.path(ROOT_FOLDER, RECIPE), { recursive: true });
        symlinkSync(`${ROOT_FOLDER}/${RECIPE}`, place.path('r.yaml'));
        return ['--recipe', 'r.yaml'];
      },
    ],
    [
      'is the folder of the logs',
      '64 USAGE --emit-evidence',
      (place) => {
        renameSync(place.path('logs'), place.path(ROOT_FOLDER));
        return ['--logs', ROOT_FOLDER];
      },
    ],
    [
      'is a link to the folder of the results',
      '64 USAGE --emit-evidence',
      (place) => {
        symlinkSync('results', place.path(ROOT_FOLDER));
        return [];
      },
    ],
    [
      'is a link into the logs',
      `3 OUTPUT_EXISTS ${ROOT_FOLDER}`,
      (place) => {
        symlinkSync('logs/deployment', place.path(ROOT_FOLDER));
        return ['--logs', 'logs'];
      },
    ],
    [
      'holds a signing config of the user',
      `3 OUTPUT_EXISTS ${ROOT_FOLDER}/signing_config.v1.json`,
      (place) => {
        place.write(`${ROOT_FOLDER}/signing_config.v1.json`, '{}');
        return [];
      },
    ],
    [
      'holds the snapshot under the name of its own file',
      `3 OUTPUT_EXISTS ${ROOT_FOLDER}/signing_config.json`,
      (place) => {
        mkdirSync(place.path(ROOT_FOLDER));
        linkSync(place.path('snapshot.yaml'), place.path(ROOT_FOLDER, 'signing_config.json'));
        return [];
      },
    ],
  ])('that %s is refused: %s', async (_, expected, prepare) => {
    const place = new Workplace();
    const more = prepare(place);
    const recipe = more.includes('--recipe') ? [] : ['--recipe', RECIPE];
    const inputs = ['--snapshot', 'snapshot.yaml', '--results', 'results', ...recipe, ...more];
    const before = contentsOf(place);
    const { code, error } = await place.refused([...inputs, ...IN_SANDBOX, '--force']);
    expect(`${code} ${error.code} ${error.at}`).toBe(expected);
    expect(contentsOf(place)).toEqual(before);
  });

  it('of an earlier run is replaced, even if a variable names its root', async () => {
    const place = new Workplace();
    const words = [...INPUTS, ...IN_SANDBOX, '--force'];
    const env = { AFFIDAVIT_TRUSTED_ROOT: place.path(ROOT_FOLDER, 'trusted_root.json') };
    const roots: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      expect((await place.validate(words, { env })).code).toBe(0);
      roots.push(readFileSync(place.path(ROOT_FOLDER, 'trusted_root.json'), 'utf8'));
    }
    expect(roots[0]).not.toBe(roots[1]);
  });
});
