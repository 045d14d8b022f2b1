// Phases and figures as bars. What a bar shows stands beside it in words.
import { durationText } from '../../duration.ts';
import { counted } from '../../sentence.ts';
import type { Said, Tone } from '../blocks/block.ts';
import { state } from '../blocks/block.ts';
import { figureOf, phaseOf } from '../blocks/lines.ts';
import { sayFigure, sayTest } from '../blocks/states.ts';
import type { FactsJson, PhaseConstraintJson, PhaseJson } from '../report-json.ts';
import { lineHtml, toneIn, type Look } from './block-html.ts';
import type { PageContents, PhaseRun } from './contents.ts';
import { html, type Html, type Part } from './html.ts';

const BAR = { width: 1000, height: 14 };

interface Piece {
  readonly tone: Tone;
  /** Of the whole bar. */
  readonly share: number;
}

/** Undefined if there is no phase. */
export function phaseBars({ phases = [] }: FactsJson, look: Look, contents?: PageContents): Part {
  if (phases.length === 0) return undefined;
  const runs = phases.map(({ phase }) => contents?.runs.get(phase));
  const longest = Math.max(0, ...runs.map(lengthOf));
  const note =
    longest === 0
      ? 'Each bar shows how the tests of a phase ended.'
      : 'A bar is as long as its phase took, and shows how the tests ended.';
  const rows = phases.map((phase, index) => {
    const length = lengthOf(runs[index]);
    const share = longest === 0 ? 1 : Math.max(length / longest, 0.01);
    return html`<li>
      <p>${lineHtml(phaseOf(phase), look)}${timeHtml(runs[index])}</p>
      ${barHtml(piecesOf(phase, share), look)}
    </li>`;
  });
  return html`<p class="note">${note}</p>
    <ul class="bars">
      ${rows}
    </ul>`;
}

/** In milliseconds: from start to end, else what its tests took. */
function lengthOf(run: PhaseRun | undefined): number {
  const { start, stop, durations = [] } = run ?? {};
  const span = start === undefined || stop === undefined ? 0 : stop.getTime() - start.getTime();
  return span > 0 ? span : durations.reduce((sum, duration) => sum + duration, 0);
}

function timeHtml(run: PhaseRun | undefined): Part {
  const length = lengthOf(run);
  if (run === undefined || length === 0) return undefined;
  const from = run.start === undefined ? '' : `, from ${run.start.toISOString().slice(0, 19)}Z`;
  return html` <span class="soft">${durationText(Math.round(length))}${from}</span>`;
}

function piecesOf({ counts, tests }: PhaseJson, share: number): readonly Piece[] {
  if (tests.length === 0) return [];
  const { passed, skipped, failed, pending, other } = counts;
  return Object.entries({ passed, skipped, failed, pending, other }).map(([status, count]) => ({
    tone: sayTest(status).tone,
    share: (count / tests.length) * share,
  }));
}

function barHtml(pieces: readonly Piece[], look: Look, marks: readonly number[] = []): Html {
  let at = 0;
  const parts = pieces.flatMap(({ tone, share }) => {
    const [x, width] = [at, Math.round(share * BAR.width)];
    at += width;
    return width === 0 ? [] : [rectHtml({ x, width, kind: toneIn(tone, look) })];
  });
  const lines = marks.map((share) =>
    rectHtml({ x: Math.round(share * BAR.width) - 2, width: 4, kind: 'floor' }),
  );
  return html`<svg
    class="bar"
    viewBox="0 0 ${BAR.width} ${BAR.height}"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="back" x="0" y="0" width="${BAR.width}" height="${BAR.height}"></rect>
    ${parts}${lines}
  </svg>`;
}

function rectHtml({ x, width, kind }: { x: number; width: number; kind: string }): Html {
  return html`<rect class="${kind}" x="${x}" y="0" width="${width}" height="${BAR.height}"></rect>`;
}

interface Measured {
  readonly constraint: PhaseConstraintJson;
  readonly said: Said;
  readonly value: number;
  readonly limit: number;
  readonly tolerance: number;
}

/** Undefined if no figure answers a number. */
export function figureBars({ phaseConstraints = [] }: FactsJson, look: Look): Part {
  const measured = phaseConstraints.flatMap(measuredOf);
  if (measured.length === 0) return undefined;
  const left = phaseConstraints.length - measured.length;
  const more =
    left === 0
      ? undefined
      : html`<p class="note">
          ${counted(left, 'more constraint')} of phases ${left === 1 ? 'has' : 'have'} no figure to
          draw.
        </p>`;
  return html`<p class="note">
      A test printed each figure, and nothing shows it again. The line is what the recipe demands.
    </p>
    <ul class="bars">
      ${measured.map((each) => figureHtml(each, look))}
    </ul>
    ${more}`;
}

/** A figure, and the one number that the recipe compares it with. */
function measuredOf(constraint: PhaseConstraintJson): readonly Measured[] {
  const { figure, expected, outcome } = constraint;
  const [, number] = /^\s*(?:>=|<=|==|>|<|=)?\s*(\d{1,15}(?:\.\d{1,15})?)\s*$/.exec(expected) ?? [];
  const limit = Number(number);
  if (figure === null || !(limit > 0) || !(figure.value >= 0)) return [];
  const { value, tolerance } = figure;
  return [{ constraint, said: sayFigure(outcome), value, limit, tolerance }];
}

function figureHtml({ constraint, said, value, limit, tolerance }: Measured, look: Look): Html {
  const whole = Math.max(value, limit) * 1.1;
  const text = [...figureOf(constraint), ': ', ...state(said)];
  const isLess = tolerance > 0 && tolerance < 100;
  const marks = [limit, ...(isLess ? [limit * (1 - tolerance / 100)] : [])];
  return html`<li>
    <p>${lineHtml(text, look)}</p>
    ${barHtml(
      [{ tone: said.tone, share: value / whole }],
      look,
      marks.map((mark) => mark / whole),
    )}
  </li>`;
}
