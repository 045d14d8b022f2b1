// Which image each check was run from: what the results say, and what whoever ran them says beside it.

import { parseImage } from '../../bom/image.ts';
import { compareBytes } from '../../compare-bytes.ts';
import { EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { faultAt, refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Phase, PhaseTest } from '../phase/phase.ts';

export interface ValidatorImage {
  /** The name of the test. */
  readonly test: string;
  /** A reference, as it was given. */
  readonly image: string;
  /** `results`: the report of the test says so. `operator`: whoever packed it says so. */
  readonly source: 'results' | 'operator';
}

type Reports = ReadonlyMap<Phase, { readonly tests: readonly PhaseTest[] }>;

/** By the name of the test, each once; what a report says comes first, and nobody can say otherwise. */
export function validatorImages(
  reports: Reports,
  given: readonly Pick<ValidatorImage, 'test' | 'image'>[],
): readonly ValidatorImage[] {
  const tests = testsIn(reports);
  const names = new Set(tests.map(({ name }) => name));
  const images = new Map<string, ValidatorImage>();
  for (const { name: test, image = '' } of tests) {
    if (image !== '' && !images.has(test)) images.set(test, { test, image, source: 'results' });
  }
  for (const { test, image } of given) {
    if (names.has(test) && !images.has(test)) {
      images.set(test, { test, image, source: 'operator' });
    }
  }
  return [...images.values()].toSorted((a, b) => compareBytes(a.test, b.test));
}

/**
 * The same for whoever packs: what was given must be of a test, and not be another image than its own.
 *
 * @throws EvidenceError VALIDATOR_IMAGE_REFUSED, VALIDATOR_IMAGE_MUTABLE (invalid)
 */
export function requireValidatorImages(
  reports: Reports,
  given: readonly Pick<ValidatorImage, 'test' | 'image'>[],
  allowMutable: boolean,
): readonly ValidatorImage[] {
  const images = validatorImages(reports, given);
  const byTest = new Map(images.map((each) => [each.test, each]));
  const names = testsIn(reports).map(({ name }) => name);
  for (const each of given) {
    const { image, source } = byTest.get(each.test) ?? {};
    if (image !== each.image) refuseGiven(each, { image, source, names });
  }
  const mutable = images.find(({ image }) => !isFixed(image));
  if (mutable !== undefined && !allowMutable) refuseMutable(mutable);
  return images;
}

function refuseGiven(
  { test, image }: Pick<ValidatorImage, 'test' | 'image'>,
  known: {
    readonly image: string | undefined;
    readonly source: ValidatorImage['source'] | undefined;
    readonly names: readonly string[];
  },
): never {
  const other = nearest(test, known.names);
  throw new EvidenceError('VALIDATOR_IMAGE_REFUSED', {
    at: '--validator-image',
    found: `${quote(test)} from ${quote(image)}`,
    expected:
      known.image === undefined
        ? 'the name of a test in the results'
        : `${quote(known.image)}, as the ${known.source === 'results' ? 'results say' : 'first one for this test'}`,
    hint:
      known.image !== undefined
        ? 'name each test once, and none whose results name its image'
        : other === undefined
          ? 'write NAME=REF with the name that the test has in its report'
          : `did you mean ${quote(other)}?`,
  });
}

function refuseMutable({ test, image }: ValidatorImage): never {
  const hint = `name the image by its digest, ${test}=REF@sha256:…; or add --allow-mutable-validator-tags, and nobody can find out later what was run`;
  const found = `${quote(test)} from ${quote(image)}`;
  refuse({ code: 'VALIDATOR_IMAGE_MUTABLE', at: '--validator-image', hint }, found, FIXED);
}

const FIXED = 'a digest, or a tag that is not moved: of a release (v1.2.3), sha-COMMIT or uat-RUN';

/** What AICR takes for a reference that will not mean another image tomorrow (#2873). */
function isFixed(reference: string): boolean {
  const image = parseImage(reference);
  if (image === undefined) return false;
  return image.digest !== undefined || FIXED_TAG.test(image.tag ?? '');
}

/** A release as https://semver.org has it. */
const FIXED_TAG = /^(?:v?\d+\.\d+\.\d+(?:-[\da-zA-Z.-]+)?|sha-[0-9a-f]{7,40}|uat-\d+)$/;

/** What a verifier says of images whose tag may mean another one by now. */
export function validatorFindings(references: readonly string[], at: string): readonly Finding[] {
  const mutable = references.filter((reference) => !isFixed(reference));
  if (mutable.length === 0) return [];
  const named = mutable.slice(0, MOST_NAMED).map((reference) => quote(reference, 100));
  const more = mutable.length > MOST_NAMED ? ` and ${mutable.length - MOST_NAMED} more` : '';
  const hint =
    'ask for evidence whose validators are named by digest: what this tag means today may be another image';
  const found = `${named.join(', ')}${more}`;
  return [faultAt({ code: 'VALIDATOR_TAG_MUTABLE', at, hint }, found, FIXED)];
}

const MOST_NAMED = 3;

/** AICR's list: each image once, sorted, with its digest or "". */
export function imageList(
  images: readonly ValidatorImage[],
): readonly { readonly image: string; readonly digest: string }[] {
  const references = new Set(images.map(({ image }) => image));
  return [...references].toSorted(compareBytes).map((reference) => {
    const [image = '', digest = ''] = reference.split('@', 2);
    return { image, digest };
  });
}

function testsIn(reports: Reports): readonly PhaseTest[] {
  return [...reports.values()].flatMap(({ tests }) => tests);
}
