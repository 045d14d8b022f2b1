// The decision of the gate for a CI's list of tests: a case for each recipe that the policy asks evidence of.
import type { GateJson, GateRecipe, PlacedFault } from '../../gate/gate-json.ts';
import { gateVerdict } from '../blocks/gate-blocks.ts';
import { SANDBOX_WARNING } from '../report-json.ts';
import type { Case, End } from './junit-cases.ts';
import { xmlOf } from './junit.ts';
import { plain, plainFault } from './plain.ts';
import { plainLine } from './terminal-lines.ts';

export function renderGateJUnit(report: GateJson): string {
  const { recipes, faults, pointers, head, base, policy, ruleSet, at, tool } = report;
  const isProof = !report.sandbox && report.weakened.length === 0;
  const cases = [
    decisionCase(report),
    ...[...faults, ...pointers.breaches].map(breachCase),
    ...leftOut(report.more),
    ...recipes.map((recipe) => recipeCase(recipe, isProof)),
  ];
  const properties: readonly (readonly [string, string])[] = [
    ['exit code', `${report.exitCode}`],
    ['decided exit code', `${report.decidedExitCode}`],
    ['tool', `${tool.name} ${tool.version}`],
    ['head', head.commit],
    ...(base === null ? [] : [['base', base.commit] as const]),
    ['policy', policy.digest],
    ['rules', ruleSet],
    ['judged at', at],
  ];
  return xmlOf('affidavit gate', cases, properties);
}

function decisionCase(report: GateJson): Case {
  const { decidedExitCode, sandbox } = report;
  const place = { group: 'decision', name: 'the change has the evidence that it needs' };
  if (decidedExitCode === 0 && !sandbox) return place;
  const as = decidedExitCode === 3 ? 'error' : 'failure';
  const more = sandbox ? [`SANDBOX: ${SANDBOX_WARNING}`] : [];
  const type = decidedExitCode === 0 ? 'SANDBOX' : `exit ${decidedExitCode}`;
  return { ...place, end: { as, type, message: gateVerdict(report).words, more } };
}

function breachCase(fault: PlacedFault): Case {
  const [message = '', ...more] = plainFault(fault);
  const { file = '', line, code } = fault;
  const where = line === undefined ? file : `${file}:${line}`;
  return {
    group: 'change',
    name: `${code} ${where}`,
    end: { as: 'failure', type: code, message, more },
  };
}

function leftOut({ faults, breaches }: GateJson['more']): readonly Case[] {
  const count = faults + breaches;
  if (count === 0) return [];
  const message = `${count} more that have no case of their own`;
  return [
    { group: 'change', name: message, end: { as: 'failure', type: 'more', message, more: [] } },
  ];
}

function recipeCase(recipe: GateRecipe, isProof: boolean): Case {
  const end = endOf(recipe);
  const place = { group: 'recipes', name: recipe.name };
  if (end !== undefined || isProof) return { ...place, end };
  const message = 'good evidence of a sandbox, which proves nothing';
  return { ...place, end: { as: 'failure', type: 'SANDBOX', message, more: [] } };
}

/** What the policy does not ask for has not passed, and neither has what it exempts. */
function endOf({ state, why, evidence }: GateRecipe): End | undefined {
  if (state === 'single' || state === 'confirmed') return undefined;
  const said = plain(plainLine(why, MAX_WHY, { colour: false }), MAX_WHY);
  const message = `${state}: ${said}`;
  if (state === 'not-asked' || state === 'exempt') {
    return { as: 'skipped', type: state, message, more: [] };
  }
  const more = evidence.flatMap(({ fault, pointer }) =>
    fault === undefined ? [] : [plain(pointer.path), ...plainFault(fault)],
  );
  return { as: state === 'unreachable' ? 'error' : 'failure', type: state, message, more };
}

/** Characters. */
const MAX_WHY = 1000;
