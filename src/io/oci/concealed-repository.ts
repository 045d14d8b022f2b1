import { EvidenceError } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import type { Descriptor, Repository } from '../../pointer/registry.ts';
import { hasSecret, withoutSecrets } from '../http/without-secrets.ts';

/**
 * The same repository, which repeats no secret that was sent to it: whatever it says of an error may have one, and so
 * may a manifest, parts of which are shown.
 */
export function concealed(repository: Repository, secrets: readonly string[]): Repository {
  const { name } = repository;
  const refused = (error: unknown): unknown => concealedError(error, name, secrets);
  const asked = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw refused(error);
    }
  };
  return {
    name,
    get requests() {
      return repository.requests;
    },
    readManifest: async (reference, maxBytes) => {
      const manifest = await asked(repository.readManifest(reference, maxBytes));
      if (manifest !== undefined) requireNone(Buffer.from(manifest.bytes), name, secrets);
      return manifest;
    },
    readBlob: (blob, held) => concealedBlob(repository, blob, { held, refused }),
    hasBlob: async (blob) => await asked(repository.hasBlob(blob)),
    requireWritable: async () => {
      await asked(repository.requireWritable());
    },
    writeBlob: async (blob, open) => {
      await asked(repository.writeBlob(blob, open));
    },
    writeManifest: async (manifest, tag) => {
      await asked(repository.writeManifest(manifest, tag));
    },
    listReferrers: async (subject) => {
      const list = await asked(repository.listReferrers(subject));
      for (const { at, found } of list?.unread ?? []) {
        requireNone(Buffer.from(`${at} ${found}`), name, secrets);
      }
      return list;
    },
  };
}

async function* concealedBlob(
  repository: Repository,
  blob: Descriptor,
  {
    held,
    refused,
  }: {
    readonly held: AsyncIterable<Uint8Array> | undefined;
    readonly refused: (error: unknown) => unknown;
  },
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* repository.readBlob(blob, held);
  } catch (error) {
    throw refused(error);
  }
}

/** The error itself, if there is no secret in it. */
function concealedError(error: unknown, name: string, secrets: readonly string[]): unknown {
  if (!(error instanceof EvidenceError)) return error;
  const { code, at = '', found, expected, hint } = error;
  // What the user typed stays.
  const where = at.startsWith(name) ? at : withoutSecrets(at, secrets);
  const shown = [where, withoutSecrets(found, secrets), withoutSecrets(hint, secrets)] as const;
  if (shown.join() === [at, found, hint].join()) return error;
  return new EvidenceError(code, { at: shown[0], found: shown[1], expected, hint: shown[2] });
}

/** Spelled with escapes it is the same text. */
function requireNone(bytes: Buffer, at: string, secrets: readonly string[]): void {
  const text = bytes.toString();
  if (!hasSecret(text, secrets) && !hasSecret(plain(text), secrets)) return;
  const hint = 'change the password, and tell whoever runs the registry';
  const found = 'a manifest that repeats a password or a token';
  refuse({ code: 'SERVICE_ANSWER_INVALID', at, hint }, found, 'a manifest of evidence');
}

function plain(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return '';
  }
}
