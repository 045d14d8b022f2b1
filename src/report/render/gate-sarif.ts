// The decision of the gate for code scanning: a result for each recipe that lacks something, on the line of its overlay or
// of the pointer that says why, and one for each breach.
import type { GateJson, GatePiece, GateRecipe, PlacedFault, State } from '../../gate/gate-json.ts';
import { gateVerdict } from '../blocks/gate-blocks.ts';
import { classOf } from '../blocks/problems.ts';
import { SANDBOX_WARNING } from '../report-json.ts';
import { plain, plainFault } from './plain.ts';
import { LEVELS, type Complaint, type Level } from './sarif-results.ts';
import { plainLine } from './terminal-lines.ts';

const LEVEL_OF_STATE: Readonly<Partial<Record<State, Level>>> = {
  invalid: 'error',
  'not-allowed': 'error',
  unreachable: 'error',
  missing: 'error',
  unsigned: 'error',
  stale: 'error',
  undecided: 'error',
  short: 'error',
  red: 'error',
  exempt: 'note',
};

/** The worst first. None only if all is as the policy asks for, and no sandbox takes the weight from it. */
export function gateComplaints(report: GateJson): readonly Complaint[] {
  const { recipes, faults, pointers, findings, sandbox } = report;
  const isSoft = report.mode === 'warn';
  const of = (placed: readonly PlacedFault[], more: number, isNote = false): readonly Complaint[] =>
    placed.map((fault, index) => {
      const level = isNote ? 'note' : soften(LEVELS[classOf(fault)], isSoft);
      return ofFault(fault, level, index === placed.length - 1 ? more : 0);
    });
  return [
    ...(sandbox ? [ofSandbox(report)] : []),
    ...of(faults, report.more.faults),
    ...of(pointers.breaches, report.more.breaches),
    ...recipes.flatMap((recipe) => ofRecipe(recipe, isSoft)),
    ...of(findings, report.more.findings, true),
  ];
}

function soften(level: Level, isSoft: boolean): Level {
  return isSoft && level === 'error' ? 'warning' : level;
}

function ofSandbox(report: GateJson): Complaint {
  const text = `${gateVerdict(report).words}\n${SANDBOX_WARNING}`;
  return { rule: 'SANDBOX', level: 'error', text, at: '', subject: '', isOfEvidence: true };
}

/** @param more how many others no result is for */
function ofFault(fault: PlacedFault, level: Level, more: number): Complaint {
  const { file = '', line, at } = fault;
  const lines = [
    ...plainFault(fault),
    ...(more === 0 ? [] : [`and ${more} more without a result`]),
  ];
  return {
    ...{ rule: fault.code, level, text: lines.join('\n'), isOfEvidence: true },
    ...{ subject: file, at: at?.startsWith(file) === true ? at.slice(file.length) : (at ?? '') },
    ...(line !== undefined && { line }),
  };
}

/** With the piece that decides, if there is one. */
function ofRecipe(recipe: GateRecipe, isSoft: boolean): readonly Complaint[] {
  const { name, state, why, evidence, overlay } = recipe;
  const level = LEVEL_OF_STATE[state];
  if (level === undefined) return [];
  const piece = evidence.find((each) => each.state === state);
  const { path, line } = placeOf(piece, overlay);
  const said = plainLine([{ value: name }, ': ', ...why], MAX_WHY, { colour: false });
  const more = piece?.fault === undefined ? [] : plainFault(piece.fault);
  return [
    {
      ...{ rule: `gate-${state}`, level: soften(level, isSoft), isOfEvidence: true },
      text: [plain(`${state}: ${said}`, MAX_WHY), ...more].join('\n'),
      ...{ subject: path, at: name },
      ...(line !== undefined && { line }),
    },
  ];
}

function placeOf(piece: GatePiece | undefined, overlay: GateRecipe['overlay']) {
  return piece !== undefined && piece.change !== 'same' ? piece.pointer : overlay;
}

/** Characters. */
const MAX_WHY = 1000;
