// What the gate decided: the decision first, then each recipe that the change needs evidence of.
import { STATES, byState } from '../../gate/gate-json.ts';
import type { GateJson, GateRecipe, PlacedFault, PointerPlace } from '../../gate/gate-json.ts';
import { counted, sentence, words } from '../../sentence.ts';
import { givenUpIn } from '../proven.ts';
import type { Block, Inline, Line, ListBlock, Problem, Said, Tone } from './block.ts';
import { changesBlock } from './gate-changes.ts';
import { nextBlock } from './gate-next.ts';
import { recipesTable, sayWithTier, TONES } from './gate-recipes.ts';
import { problemsOf } from './problems.ts';
import { weakenedBanners } from './verdict.ts';

/** Of what is wrong, before it is folded. */
const MOST_PROBLEMS = 5;

/** Of `judged at`. */
const LABEL_WIDTH = 10;

export function gateBlocks(report: GateJson): readonly Block[] {
  const { recipes, faults, pointers, findings, more } = report;
  const asked = recipes.filter((recipe) => recipe.state !== 'not-asked').toSorted(byState);
  const others = recipes.filter((recipe) => recipe.state === 'not-asked');
  return [
    { block: 'verdict', said: gateVerdict(report), exitCode: report.exitCode },
    { block: 'banners', items: banners(report) },
    {
      block: 'problems',
      items: problemsOf([...faults, ...pointers.breaches]),
      most: MOST_PROBLEMS,
      more: more.faults + more.breaches,
      isWhole: true,
    },
    recipesTable(asked, givenUpIn(report).length > 0),
    list('Why', asked.filter(({ state: is }) => TONES[is] !== 'good').map(whyText), 'recipe'),
    ...changesBlock([...asked, ...others]),
    nextBlock(asked),
    ...notAsked(others),
    { ...list('Findings', problemsOf(findings).map(findingText), 'finding'), more: more.findings },
    {
      ...list('Pointers that the change removes', pointers.removed.map(placeText), 'pointer'),
      more: more.removed,
    },
    {
      ...list('Pointers of no recipe of head', pointers.orphans.map(placeText), 'pointer'),
      more: more.orphans,
    },
    list(
      'Signers whom the change adds to the policy: allowed once that is merged',
      report.listed.map((signer) => words(sayWithTier(signer))),
      'signer',
    ),
    { block: 'lines', items: lines(report), labelWidth: LABEL_WIDTH },
  ];
}

/** In one line, which is true without the rest. */
export function gateVerdict(report: GateJson): Said {
  const { mode, decidedExitCode, sandbox } = report;
  const would = mode === 'warn' && decidedExitCode !== 0;
  const warns = would ? `; this policy only warns, else it would be exit ${decidedExitCode}` : '';
  return {
    words: `${sandbox ? 'SANDBOX: ' : ''}${decision(report)}${warns}`,
    tone: toneOf(report),
  };
}

function decision({ decidedExitCode, counts, findings }: GateJson): string {
  const { affected, recipes } = counts;
  if (decidedExitCode !== 0) return DECISIONS[decidedExitCode] ?? 'The evidence is not enough';
  const removed = findings.filter(({ code }) => code === 'RECIPE_REMOVED').length;
  const looked = `${counted(recipes, 'recipe')} looked at`;
  if (removed > 0) {
    const what = `${counted(removed, 'recipe')} with evidence ${removed === 1 ? 'is' : 'are'} removed`;
    const others =
      affected === 0
        ? 'no other is affected'
        : `the evidence of ${affected} affected is what the policy asks for`;
    return `${what}; ${others}; ${looked}`;
  }
  return affected === 0 ? `No recipe is affected; ${looked}` : passed(counts);
}

function passed({ affected, states }: GateJson['counts']): string {
  const { exempt = 0, single = 0, confirmed = 0 } = states;
  const more = `${counted(affected, 'recipe')} affected${exempt === 0 ? '' : `; ${exempt} exempt`}`;
  if (single + confirmed > 0) return `The evidence is what the policy asks for; ${more}`;
  return exempt > 0 ? `What is asked for is exempt; ${more}` : `No evidence is asked for; ${more}`;
}

const DECISIONS: Readonly<Record<number, string>> = {
  1: 'A recipe is not green',
  2: 'Something is invalid or not allowed',
  3: 'Evidence cannot be reached',
  4: 'Evidence is missing or not enough',
};

/** Good only where evidence proves all, and nothing takes weight from it. */
function toneOf(report: GateJson): Tone {
  const { decidedExitCode, counts } = report;
  if (decidedExitCode === 1 || decidedExitCode === 2) return 'bad';
  const states = STATES.filter((name) => counts.states[name] !== undefined);
  const tones = new Set(states.map((name) => TONES[name]));
  const isWeak = givenUpIn(report).length > 0 || tones.has('doubtful');
  if (decidedExitCode !== 0 || isWeak) return 'doubtful';
  return tones.has('good') ? 'good' : 'plain';
}

function banners({ sandbox, weakened }: GateJson): readonly Line[] {
  return [
    ...(sandbox
      ? [{ label: 'SANDBOX', text: words('Signatures of a sandbox prove nothing.') }]
      : []),
    ...weakenedBanners(weakened),
  ];
}

/** With the code of the piece that decides, for `affidavit explain`. */
function whyText({ name, why, evidence, state }: GateRecipe): Inline {
  const code = evidence.find((piece) => piece.state === state)?.fault?.code;
  return code === undefined ? sentence`${name}: ${why}` : sentence`${name}: ${why} (${code})`;
}

/** A sentence of its own does not say where. */
function findingText({ text, next, fault }: Problem<PlacedFault>): Inline {
  const { file, sentence: own } = fault;
  const place = own === undefined || file === undefined ? [] : sentence`${file}: `;
  return [...place, ...text, ...(next === '' ? [] : words(`; next: ${next}`))];
}

function lines({ base, head, policy, ruleSet, at }: GateJson): readonly Line[] {
  return [
    { label: 'head', text: sentence`${head.commit}` },
    ...(base === null ? [] : [{ label: 'base', text: sentence`${base.name} at ${base.commit}` }]),
    { label: 'policy', text: sentence`${policy.source}, ${policy.digest}` },
    { label: 'rules', text: sentence`${ruleSet}` },
    { label: 'judged at', text: sentence`${at}` },
  ];
}

function placeText({ path }: PointerPlace): Inline {
  return sentence`${path}`;
}

function notAsked(recipes: readonly GateRecipe[]): readonly Block[] {
  if (recipes.length === 0) return [];
  const items = recipes.map(({ name }) => sentence`${name}`);
  const summary = 'Not asked for by the policy';
  const one = { block: 'list', items, noun: 'recipe' } as const;
  return [
    {
      ...{ block: 'fold', topic: 'not-asked', summary: `${summary}: ${items.length}` },
      ...{ details: [one], brief: [{ ...one, title: summary }] },
    },
  ];
}

function list(title: string, items: readonly Inline[], noun: string): ListBlock {
  return { block: 'list', title, items, noun };
}
