import { timestampOf } from '../../document/time.ts';
import { changedRecipes, type ChangedRecipes } from '../../gate/changed-recipes.ts';
import { affectedRecipes, decide } from '../../gate/decide.ts';
import { withoutPointers } from '../../gate/findings.ts';
import type { GateJson } from '../../gate/gate-json.ts';
import { artifactsOf, comparePointers, pointedIn } from '../../gate/pointers.ts';
import { withRepository, type Repository } from '../../io/git/repository.ts';
import { presentTime } from '../../io/process/clock.ts';
import { readTrust } from '../../io/sigstore/read-trust.ts';
import { mayBeJudge, serve } from '../../io/workers/serve.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import { AFFIDAVIT } from '../../tool.ts';
import type { Call } from '../call/command.ts';
import { lookOf } from '../call/report-flags.ts';
import { deliverReports } from './deliver.ts';
import { passedOver } from './gate-bundles.ts';
import { askedOf, readChange, type Asked, type Change } from './gate-change.ts';
import { judgePieces, judging, piecesOf } from './gate-judges.ts';
import type { Answers, Brief, Group } from './gate-judges.ts';
import { otherwiseSinceBrought } from './gate-origins.ts';
import { pagesOf } from './pages.ts';

/** Decides whether a change of recipes has the evidence that it needs. */
export async function runGate(call: Call): Promise<number> {
  const { options } = call;
  const isThread =
    mayBeJudge(call.environment) &&
    (await serve<Answers, Group, Brief>(async (brief) => {
      if (brief === undefined) throw new TypeError('a thread without a brief');
      return await judging(call, brief);
    }));
  if (isThread) return 0;
  const asked = askedOf(options);
  const at = presentTime(options.text('at'), true);
  const report = await withRepository(asked.git, async (repository) => {
    const change = await readChange(repository, asked);
    return await decideChange(call, { asked, repository, change, at });
  });
  await deliverReports(call, async (format, output) => {
    const { renderGate } = await import('../../report/render/gate-forms.ts');
    return await renderGate(report, format, { look: lookOf(call, output), read: pagesOf(call) });
  });
  return report.exitCode;
}

interface Given {
  readonly asked: Asked;
  readonly repository: Repository;
  readonly change: Change;
  readonly at: Date;
}

/** Of head. Of recipes that cannot be read nobody knows the names. */
function namesOf({ rules, recipes }: ChangedRecipes): ReadonlySet<string> | undefined {
  const there = recipes.filter(({ status }) => status !== 'removed');
  return rules && new Set(there.map(({ recipe }) => recipe.name));
}

function recipesOf({ recipes: { base, head }, folders, pointers }: Change): ChangedRecipes {
  return changedRecipes(base, head, pointedIn(folders.evidence, pointers));
}

async function decideChange(
  call: Call,
  { asked, repository, change, at }: Given,
): Promise<GateJson> {
  const { base, head, policy, folders } = change;
  const isAll = base === null;
  const changed = recipesOf(change);
  const pointers = comparePointers(folders.evidence, change.pointers, namesOf(changed));
  const affected = affectedRecipes({ changed, pointers, isAll });
  const pieces = piecesOf(affected, pointers);
  // What is wrong with a root that somebody named is said even if nothing needs it.
  const { root } =
    call.options.has('trusted-root') || pieces.length > 0
      ? await readTrust(call.options.text('trusted-root'))
      : { root: { sandbox: false } };
  const { verified, atHand } = await judgePieces(call, pieces, {
    policy: { bytes: policy.bytes, file: policy.source },
    recipes: change.recipes.head.recipes,
    at,
    directory: asked.bundles,
  });
  const since = await otherwiseSinceBrought(repository, change, pieces);
  const { policy: rules, policyOfHead } = policy;
  const decision = decide({
    ...{ changed, pointers, isAll, policy: rules, policyOfHead, verified, since, at, folders },
    mergeBase: base?.mergeBase,
    findings: [
      ...change.findings,
      ...withoutPointers(pointers, folders),
      ...passedOver(atHand, artifactsOf(pointers)),
    ],
  });
  return {
    ...{ schemaVersion: SCHEMA_VERSION, tool: AFFIDAVIT },
    ...decision,
    ...{ sandbox: root.sandbox, weakened: [], at: timestampOf(at), base, head },
    policy: policyJson(policy),
    ruleSet: changed.rules ?? 'unknown',
  };
}

function policyJson({ source, digest, commit }: Change['policy']): GateJson['policy'] {
  return { source, digest, ...(commit !== undefined && { commit }) };
}
