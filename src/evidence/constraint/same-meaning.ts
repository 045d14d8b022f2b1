// Whether AICR v0.11 and today's AICR read a constraint in the same way.

import { isVirtual } from './evaluate.ts';
import { parsePath } from './path.ts';
import { parseExpression, type WrittenTerm } from './terms.ts';
import { parseVersion } from './version.ts';

type Dialect = 'v0.11' | 'current';

/** Of a name that leads into a snapshot. */
export function isSamePath(name: string): boolean {
  if (isVirtual(name, { dialect: 'current' })) return false;
  return pathText(name, 'v0.11') === pathText(name, 'current');
}

function pathText(name: string, dialect: Dialect): string {
  const path = parsePath(name, dialect);
  return 'outcome' in path ? '' : JSON.stringify(path);
}

export function isSameDemand(expression: string): boolean {
  const [then, now] = (['v0.11', 'current'] as const).map((dialect) =>
    parseExpression(expression, dialect, (term) => term),
  );
  const isSame = JSON.stringify(groupsOf(then)) === JSON.stringify(groupsOf(now));
  return isSame && !groupsOf(now).flat().some(goesByBuild);
}

function groupsOf(
  groups: ReturnType<typeof parseExpression<WrittenTerm>> | undefined,
): readonly (readonly WrittenTerm[])[] {
  return groups === undefined || 'outcome' in groups ? [] : groups;
}

/**
 * Of builds of GKE, v0.11 does not compare the numbers. Today a bare version is older than any build of it, so that even
 * without a build `<= 1.32.4` takes `1.32.4-gke.100` by the old rules alone, and `> 1.32.4` by the new.
 */
function goesByBuild({ operator, operand }: WrittenTerm): boolean {
  if (operand.includes('-gke.')) return true;
  return (operator === '<=' || operator === '>') && parseVersion(operand)?.precision === 3;
}
