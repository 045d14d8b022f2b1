// The recipe is read once, for its value and its canonical text; two readings say what must come of it.
import { readFileSync, readdirSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeYaml } from '../../../src/document/yaml.ts';
import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { canonicalRecipe, recipeDigest } from '../../../src/evidence/aicr/canonical-yaml.ts';
import { parseRecipe, readRecipe, readTypedRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { digestFile } from '../../../src/evidence/resolve/digest.ts';
import { recognising } from '../../../src/recognise.ts';
import { propertyRuns } from '../../property-runs.ts';
import { DEMO } from '../demo.ts';

const GOLDENS = new URL('../../../testdata/aicr-goldens/', import.meta.url);
const RESOLVED = readdirSync(new URL('resolved/', GOLDENS));
const FILE = 'recipe.yaml';

function resolved(name: string): string {
  return readFileSync(new URL(`resolved/${name}`, GOLDENS), 'utf8');
}

function readOnce(bytes: Uint8Array) {
  const { recipe, digest, canonical } = readRecipe(bytes, FILE);
  return { recipe, digest, legacy: canonical('legacy'), v3: canonical('v3') };
}

function readTwice(bytes: Uint8Array) {
  return recognising('recipe', { file: FILE, bytes }, () => ({
    recipe: parseRecipe(decodeYaml(bytes, FILE), FILE),
    digest: recipeDigest(bytes, FILE, 'v3'),
    legacy: canonicalRecipe(bytes, FILE, 'legacy'),
    v3: canonicalRecipe(bytes, FILE, 'v3'),
  }));
}

/** What comes of a text: a value, or all that the error says. */
function outcomeOf(read: (bytes: Uint8Array) => unknown, text: string): unknown {
  try {
    return read(Buffer.from(text));
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const { code, at, found, expected, hint } = error;
    return { code, at, found, expected, hint };
  }
}

/** What both readings come to, which has to be the same. */
function bothOf(text: string): unknown {
  const once = outcomeOf(readOnce, text);
  expect(once).toEqual(outcomeOf(readTwice, text));
  return once;
}

describe('readRecipe', () => {
  it.each(RESOLVED)('reads %s like two readers, value and both canonical texts', (name) => {
    expect(bothOf(resolved(name))).toHaveProperty('recipe.name', name.replace('.yaml', ''));
  });

  it('has a canonical text that is read as the same recipe again', () => {
    const { recipe, digest, legacy } = readOnce(Buffer.from(DEMO.recipe));
    const again = readOnce(Buffer.from(legacy));
    expect(again).toMatchObject({ digest, legacy });
    expect(again.recipe.constraints).toEqual(recipe.constraints);
    expect(again.recipe.components).toHaveLength(recipe.components.length);
  });

  it.each([
    ['', 'DOCUMENT_INVALID', FILE],
    ['\uFEFFkind: RecipeResult\n', 'DOCUMENT_INVALID', FILE],
    ['kind: RecipeResult\nkind: RecipeResult\n', 'DOCUMENT_DUPLICATE_KEY', `${FILE}#/kind`],
    ['kind: &a RecipeResult\n', 'DOCUMENT_UNSUPPORTED', `${FILE}#/kind`],
    ['kind: RecipeResult\n~: x\n', 'DOCUMENT_UNSUPPORTED', FILE],
    ['kind: RecipeResult\n? [a]\n: b\n', 'DOCUMENT_UNSUPPORTED', FILE],
    ['kind: Snapshot\n', 'KIND_UNEXPECTED', `${FILE}#/kind`],
    ['kind: RecipeResult\ncriteria: x\n', 'FIELD_INVALID', `${FILE}#/criteria`],
    ['- kind\n', 'KIND_UNEXPECTED', FILE],
  ])('refuses %j like two readers', (text, code, at) => {
    const error = bothOf(text);
    expect(error).toHaveProperty('code', code);
    expect(Object(error)['at']).toMatch(at);
  });

  it('says first what is wrong with the recipe, then that it has no canonical text', () => {
    const lossy = 'kind: RecipeResult\nx: |2\n\n  a\n';
    expect(bothOf(lossy)).toMatchObject({ code: 'DOCUMENT_UNSUPPORTED', at: `${FILE}#/x` });
    const wrong = `${lossy}criteria: x\n`;
    expect(bothOf(wrong)).toMatchObject({ code: 'FIELD_INVALID', at: `${FILE}#/criteria` });
  });

  it('comes to the same as two readers for the texts that the goldens try', () => {
    const codes = new Set<unknown>();
    for (const name of ['canonical-classes.jsonl', 'canonical-yaml.jsonl']) {
      const lines = readFileSync(new URL(name, GOLDENS), 'utf8').trim().split('\n');
      const some = lines.filter((_, index) => index % propertyRuns(5, 1) === 0);
      for (const { yaml } of some.map((line) => JSON.parse(line) as { yaml: string })) {
        codes.add(Object(bothOf(yaml))['code']);
        codes.add(
          Object(bothOf(`kind: RecipeResult\nx:\n${yaml.replaceAll(/^/gm, '  ')}`))['code'],
        );
      }
    }
    expect([...codes]).toEqual(
      expect.arrayContaining([undefined, 'DOCUMENT_INVALID', 'DOCUMENT_UNSUPPORTED']),
    );
  });

  it('comes to the same as two readers, whatever one change breaks', () => {
    const text = resolved('h100-eks-ubuntu-training-kubeflow.yaml').slice(0, 900);
    const piece = fc.constantFrom(
      ...[
        '',
        '\n',
        '  ',
        '- ',
        ': ',
        '"',
        "'",
        '[',
        '{',
        '&a ',
        '*a',
        '!t ',
        '|\n',
        '>-\n',
        '#',
        '~',
      ],
    );
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(8), piece, (start, length, put) => {
        const broken = text.slice(0, start) + put + text.slice(start + length);
        expect(outcomeOf(readOnce, broken)).toEqual(outcomeOf(readTwice, broken));
      }),
      { numRuns: propertyRuns(60, 1500) },
    );
  });
});

describe('readTypedRecipe', () => {
  it.each(RESOLVED)('reads %s as it is: AICR wrote it', (name) => {
    const bytes = Buffer.from(resolved(name));
    const typed = readTypedRecipe(bytes, FILE);
    const { recipe, data, digest, canonical } = readRecipe(bytes, FILE);
    expect({ ...typed, canonical: typed.canonical('legacy') }).toEqual({
      ...{ recipe, data, digest, canonical: canonical('legacy') },
      source: typed.source,
    });
  });

  it.each([
    ['quotes', 'service: eks', "service: 'eks'"],
    ['an unknown field', 'metadata:\n', 'metadata:\n  displayName: x\n'],
    ['a number of overrides', 'enabled: true', 'enabled: true\n        size: 1.50'],
    ['the case of a type', 'type: Helm', 'type: helm'],
    ['a null', 'validation:\n', 'validation:\n  readiness: ~\n'],
  ])('has the digest that recipe digest prints, with other %s', (_, from, to) => {
    expect(DEMO.recipe).toContain(from);
    const bytes = Buffer.from(DEMO.recipe.replace(from, to));
    const { digest, canonical } = readTypedRecipe(bytes, FILE);
    expect(digest).toBe(digestFile(bytes, FILE, {}).digest);
    // A verifier hashes what is there, and comes to the same.
    expect(recipeDigest(Buffer.from(canonical('legacy')), FILE, 'v3')).toBe(digest);
  });
});
