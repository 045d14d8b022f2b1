// Point 5: the table of bundles that verify, and of those that were tampered with.
import { DIGEST, GOOD_CASES, PREDICATE_TYPE, TAMPERED_CASES } from '../../test/interop/cases.ts';
import type { Case } from '../../test/interop/cases.ts';
import { word, type Report } from './report.ts';
import { VERIFIERS, askAll, type Verdicts } from './verifiers.ts';

export interface CaseRows {
  readonly good: readonly (readonly string[])[];
  readonly tampered: readonly (readonly string[])[];
}

/** Ours is asserted here; what the others say is for the page. */
export async function askAboutCases(report: Report): Promise<CaseRows> {
  const good: (readonly string[])[] = [];
  for (const item of GOOD_CASES) {
    const verdicts = await ask(item);
    const { accepts, reason } = verdicts.affidavit;
    report.assert(`${item.name}: affidavit accepts`, accepts, reason);
    good.push([item.name, ...VERIFIERS.map((name) => word(verdicts[name].accepts))]);
  }
  const tampered: (readonly string[])[] = [];
  for (const item of TAMPERED_CASES) {
    const verdicts = await ask(item);
    const { reason } = verdicts.affidavit;
    report.assert(
      `${item.name}: affidavit refuses with ${item.code}`,
      reason === item.code,
      reason,
    );
    const others = VERIFIERS.filter((name) => name !== 'affidavit');
    tampered.push([
      item.name,
      `\`${item.code}\``,
      ...others.map((name) => (verdicts[name].accepts ? '**accepts**' : 'refuses')),
    ]);
  }
  return { good, tampered };
}

async function ask(item: Case): Promise<Verdicts> {
  return await askAll({ ...item, predicateType: PREDICATE_TYPE, digest: DIGEST });
}
