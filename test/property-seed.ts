import * as fc from 'fast-check';

/**
 * Every run tries the same values, so that a commit passes or fails for what it holds. Other values, to look for
 * what nobody thought of: AFFIDAVIT_TEST_SEED, a whole number.
 */
const seed = Number(process.env['AFFIDAVIT_TEST_SEED'] ?? '1');

if (!Number.isSafeInteger(seed)) throw new TypeError('AFFIDAVIT_TEST_SEED is no whole number');
fc.configureGlobal({ seed });
