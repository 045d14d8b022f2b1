import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../src/digest.ts';
import { parsePointer, pointerPath, renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { ociBytes } from '../pointer/oci.ts';
import { read, repositoryFiles, tableRows } from './repository.ts';

const MANIFESTS = ['artifact.json', 'attestation.json', 'index.json', 'layout-index.json'];

describe('docs/oci.md', () => {
  it('shows each manifest whole, with line breaks alone added', () => {
    const shown = read('docs/oci.md').matchAll(/<!-- (\S+) -->\n\n```json\n(.*?)```/gs);
    const compact = [...shown].map(([, name = '', json = '']) => [
      name,
      JSON.stringify(JSON.parse(json)),
    ]);
    expect(compact).toEqual(MANIFESTS.map((name) => [name, ociBytes(name).toString()]));
  });
});

describe('docs/format.md', () => {
  it('shows the pointer of testdata/oci, with its place', () => {
    const page = read('docs/format.md');
    const text = ociBytes('pointer.yaml').toString();
    expect(page).toContain(`<!-- pointer.yaml -->\n\n\`\`\`yaml\n${text}\`\`\`\n`);
    const pointer = parsePointer(Buffer.from(text), 'pointer.yaml');
    expect(renderPointer(pointer)).toBe(text);
    expect(page).toContain(`\`${pointerPath(pointer)}\``);
    expect(pointer.artifact?.digest).toBe(digestOf(ociBytes('artifact.json')));
    expect(pointer.affidavit?.attestation).toBe(digestOf(ociBytes('attestation.json')));
  });
});

describe('testdata/oci', () => {
  it('has the files and digests of its README', () => {
    const rows = tableRows(read('testdata/oci/README.md')).map(([name = '', , digest = '']) => [
      name.replaceAll('`', ''),
      digest.replaceAll('`', ''),
    ]);
    const names = repositoryFiles('testdata/oci').map((path) => path.slice('testdata/oci/'.length));
    const hashed = names
      .filter((name) => !/^(?:README\.md|.*\.py)$/.test(name))
      .map((name) => [name, hexOf(digestOf(ociBytes(name)))]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(hashed));
  });

  it('says the tags of artifact.json and index.json', () => {
    const hex = hexOf(digestOf(ociBytes('artifact.json')));
    const readme = read('testdata/oci/README.md');
    expect(readme).toContain(`the list under the tag \`sha256-${hex}\``);
    expect(readme).toContain('is `h100-eks-ubuntu-training-59faf733ca49`');
  });
});
