import { EvidenceError } from '../../src/errors/evidence-error.ts';

/** The EvidenceError that the call throws, or undefined; any other error passes through. */
export function refusalOf(call: () => unknown): EvidenceError | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}

/** The EvidenceError that the promise is rejected with; undefined if it is not; others pass. */
export async function rejection(promise: Promise<unknown>): Promise<EvidenceError | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}
