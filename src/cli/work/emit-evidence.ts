import { packEvidence } from '../../evidence/pack/pack-evidence.ts';
import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import { REDACTION_MODES } from '../../evidence/pack/redact-evidence.ts';
import type { Validation } from '../../evidence/validate/validate.ts';
import { logFiles } from '../../io/disk/log-files.ts';
import type { SigningSession } from '../../io/sigstore/signing-session.ts';
import type { Call } from '../call/command.ts';
import { keepUnsigned } from './keep-unsigned.ts';
import { openingsFile } from './openings-file.ts';
import { signAndWrite, writeEvidence } from './sign-and-write.ts';
import { validatorImage } from './validator-image.ts';

interface Emitted {
  readonly packed: PackedEvidence;
  /** Says where the openings are, after all else. */
  readonly sayEnd: () => void;
}

/** Packs, verifies, signs, verifies what was signed, and writes one archive: completely or not at all. */
export async function emitEvidence(
  out: string,
  validation: Validation,
  session: SigningSession | undefined,
  call: Call,
): Promise<Emitted> {
  const { options, progress } = call;
  const directory = options.text('logs');
  const logs =
    directory === undefined ? [] : await progress('hashing the logs', logFiles(directory));
  const openings = openingsFile(call);
  const inputs = {
    ...{ validation, logs, allowRetiredApi: options.has('allow-retired-api') },
    redact: options.choice('redact', REDACTION_MODES),
    secret: openings?.secret,
    validatorImages: options.texts('validator-image').map(validatorImage),
    allowMutableValidatorTags: options.has('allow-mutable-validator-tags'),
  };
  const unsigned = await progress('packing', packEvidence(inputs));
  // Before anything is signed: without them nobody could ever reveal what is withheld.
  if (unsigned.openings !== undefined) openings?.keep(unsigned.openings);
  const finish = (): void => {
    call.finish();
    openings?.replace();
  };
  const sayEnd = (): void => openings?.sayEnd();
  try {
    return { packed: await write(out, unsigned, session, { ...call, finish }), sayEnd };
  } catch (error) {
    sayEnd();
    throw error;
  }
}

async function write(
  out: string,
  unsigned: PackedEvidence,
  session: SigningSession | undefined,
  call: Call,
): Promise<PackedEvidence> {
  if (session === undefined) {
    await writeEvidence(out, unsigned, call);
    return unsigned;
  }
  return await signAndWrite(out, unsigned, session, {
    call,
    ifNotSigned: async (left, signal) => await keepUnsigned(out, unsigned, { call, left, signal }),
    // It is of no use without the bundle that is not kept then.
    ifGivenUp: () => session.forget(false),
  });
}
