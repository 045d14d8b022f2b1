// What a statement is about: the recipe, or the artifact of a registry that holds the bundle.

import { parseReference } from '../../artifact-reference.ts';
import { hexOf, type Digest } from '../../digest.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { sha256Of, type ReceivedStatement } from '../../statement/statement.ts';
import { RECIPE_SUBJECT, subjectName } from '../claim/evidence-statement.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { HINT } from './evidence-type.ts';

/** The artifact in a registry that was pushed and signed. */
export interface ArtifactSubject {
  /** Where the statement names it. */
  readonly at: string;
  /** As the registry has it: `ghcr.io/org/aicr-evidence:tag`. */
  readonly name: string;
  /** Of its OCI manifest, 64 hexadecimal digits. */
  readonly digest: string;
}

/**
 * Undefined if it is the recipe, which has to be that of the predicate.
 *
 * @throws EvidenceError STATEMENT_INVALID
 */
export function readSubject(
  statement: ReceivedStatement,
  { recipe }: ReceivedPredicate,
): ArtifactSubject | undefined {
  const subject = firstSubject(statement);
  const artifact = artifactOf(subject);
  if (artifact !== undefined) return artifact;
  const { at, name, digest: sha256 } = subject;
  const place = { code: 'STATEMENT_INVALID', hint: HINT } as const;
  const wanted = subjectName(recipe.name);
  if (name !== wanted) {
    const expected = `${quote(wanted)}, or the name of an artifact in a registry`;
    return refuse({ ...place, at: `${at}/name` }, quote(name), expected);
  }
  if (sha256 === recipe.digest) return undefined;
  return refuse({ ...place, at: `${at}/digest/sha256` }, quote(sha256), quote(recipe.digest));
}

/** The same of a statement of which nothing else is read. */
export function artifactSubject(statement: ReceivedStatement): ArtifactSubject | undefined {
  return artifactOf(firstSubject(statement));
}

function firstSubject({ subjects: [subject], subjectsAt }: ReceivedStatement): ArtifactSubject {
  return { at: `${subjectsAt}/0`, name: subject.name, digest: sha256Of(subject, HINT) };
}

/** Undefined if it is not named as one. */
function artifactOf(subject: ArtifactSubject): ArtifactSubject | undefined {
  if (subject.name.startsWith(RECIPE_SUBJECT)) return undefined;
  const reference = parseReference(subject.name);
  if (reference === undefined) return undefined;
  const { digest, at } = subject;
  const named = reference.digest && hexOf(reference.digest);
  if (/^[0-9a-f]{64}$/.test(digest) && (named ?? digest) === digest) return subject;
  const place = { code: 'STATEMENT_INVALID', at: `${at}/digest/sha256`, hint: HINT } as const;
  return refuse(place, quote(digest), named ?? '64 lower-case hexadecimal digits');
}

/** What is signed for another artifact than that which holds the bundle. */
export function otherSubject(
  { artifact }: { readonly artifact: ArtifactSubject | undefined },
  holder: Digest | undefined,
): readonly Fault[] {
  if (artifact === undefined || holder === undefined) return [];
  const { at, name, digest } = artifact;
  if (digest === hexOf(holder)) return [];
  return [
    {
      code: 'SUBJECT_OTHER',
      at: `${at}/digest/sha256`,
      found: `sha256:${digest} (${quote(name)})`,
      expected: `${holder}, the artifact that was fetched`,
      hint: 'have this artifact signed, or verify the one that was signed, by its digest',
    },
  ];
}

/** Which artifact the bundle came from is not to be seen in a directory or an archive. */
export function unconfirmed(
  { artifact }: { readonly artifact: ArtifactSubject | undefined },
  holder: Digest | undefined,
): readonly Finding[] {
  if (artifact === undefined || holder !== undefined) return [];
  const { at, name, digest } = artifact;
  return [
    {
      code: 'SUBJECT_NOT_CONFIRMED',
      at: `${at}/digest/sha256`,
      found: `${quote(name)}, sha256:${digest}`,
      expected: 'an artifact whose digest can be computed from the files of the bundle',
      hint: 'nothing to do for the bundle itself: its files are bound by the manifest; if it matters which artifact it is, compare the digest with the one that you pulled',
    },
  ];
}
