// What a verification reads, it reads once: counted by what every reader of a text calls.
import { afterEach, expect, it, vi } from 'vitest';

import { memoryFile, type Entry } from '../../src/archive/entry.ts';
import { digestOf } from '../../src/digest.ts';
import { packEvidence } from '../../src/evidence/pack/pack-evidence.ts';
import { verifyEvidence } from '../../src/evidence/verify/verify-evidence.ts';
import { SIGNER, fakeSigner, fakeTrust } from '../attestation/fake-trust.ts';
import { bundlePath, contentsOf, validateDemo, type Contents } from '../evidence/demo.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

async function* entriesOf(contents: Contents): AsyncGenerator<Entry, void> {
  for (const [path, bytes] of contents) {
    const file = memoryFile(bundlePath(path), bytes);
    yield { path, type: 'file', size: file.size, content: file.open() };
  }
}

it.each(['minimal', 'none'] as const)(
  'each document of a bundle is decoded once, and no text is parsed as YAML twice (redacted: %s)',
  async (redact) => {
    const signing = { signer: fakeSigner(), trust: fakeTrust() };
    const packed = await packEvidence({ validation: validateDemo(), redact }, signing);
    const contents = await contentsOf(packed.files);
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    const search = vi.spyOn(String.prototype, 'search');
    const report = await verifyEvidence(entriesOf(contents), {
      ...{ trust: fakeTrust(), policy: { signers: [SIGNER] } },
    });
    expect(report.verdict).toBe('verified');
    const decoded = decode.mock.calls.map(([bytes]) => digestOf(Buffer.from(bytes as Uint8Array)));
    // The attestation is the fake's own, and its copy of the statement is compared byte by byte.
    const documents = [...contents].filter(([path]) => path !== 'attestation.intoto.jsonl');
    expect(decoded.toSorted()).toEqual(documents.map(([, bytes]) => digestOf(bytes)).toSorted());
    const searched = search.mock.contexts.map(String);
    expect(searched.length).toBe(new Set(searched).size);
    // Recipe, snapshot, and the recipe as it is hashed: without the version of the tool that resolved it.
    expect(searched).toHaveLength(3);
  },
);
