import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import { formatFindings } from '../../../src/evidence/verify/format-findings.ts';
import { bundlePath, contentsOf, packDemo, predicateIn } from '../demo.ts';

const PREDICATE = predicateIn(await contentsOf((await packDemo()).files));
const AT = 'statement.intoto.json#/predicate';
const MANIFEST = { newer: false, files: [] };

function findings(manifest: object = {}, predicate: object = {}) {
  const found = formatFindings({ ...MANIFEST, ...manifest }, { ...PREDICATE, ...predicate });
  return found.map(({ code, at }) => `${code} ${at}`);
}

function listed(...paths: readonly string[]) {
  return {
    files: paths.map((path) => ({ path: bundlePath(path), size: 0, digest: digestOf('') })),
  };
}

describe('formatFindings', () => {
  it('has none of what this version writes', () => {
    expect(findings()).toEqual([]);
  });

  it('says which documents are newer', () => {
    const affidavit = { ...PREDICATE.affidavit, newer: true };
    expect(findings({ newer: true }, { newer: true, affidavit })).toEqual([
      'SCHEMA_NEWER manifest.json#/schemaVersion',
      `SCHEMA_NEWER ${AT}/schemaVersion`,
      `SCHEMA_NEWER ${AT}/affidavit/schemaVersion`,
    ]);
  });

  it('has none of a tool that claims no constraints: they are evaluated all the same', () => {
    expect(findings({}, { affidavit: undefined })).toEqual([]);
  });

  it('has none for a file that is judged, or belongs to a phase', () => {
    const judged = listed(
      ...['recipe.yaml', 'snapshot.yaml', 'bom.cdx.json', 'ctrf/deployment.json'],
      ...['ctrf/performance.json', 'ctrf/conformance.json', 'logs/deployment/a.log'],
      ...['logs/conformance/a', 'logs/performance/VERIFIED.md'],
    );
    expect(findings(judged)).toEqual([]);
  });

  it.each([
    ...['VERIFIED.md', 'recipe.yml', 'Recipe.yaml', 'a/recipe.yaml', 'ctrf/burn-in.json'],
    ...['ctrf/deployment.jsonl', 'ctrf/deployment/a.json', 'logs/a.log', 'logs/burn-in/a.log'],
    ...['logs/deployment/a/b.log', 'a/logs/deployment/b.log', 'deployment.json'],
  ])('says that nobody judged %s, though it is signed', (path) => {
    expect(findings(listed('recipe.yaml', path))).toEqual([`FILE_NOT_JUDGED ${path}`]);
  });
});
