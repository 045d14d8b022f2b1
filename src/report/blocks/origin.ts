import { timestampOf } from '../../document/time.ts';
import type { Facts } from '../../evidence/validate/facts.ts';
import type { VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import { describeSigner } from '../../policy/policy-signer.ts';
import { counted, listed, sentence, words } from '../../sentence.ts';
import { isKeySigner, type Proof } from '../../trust/trust.ts';
import type { Inline } from './block.ts';
import { list, named, type Fold } from './details.ts';

/** Where signature and files come from, and what nothing in the bundle can show. */
export function originFold(report: VerificationReport): readonly Fold[] {
  const { signature, claimed, facts } = report;
  const lists = [
    list('Signature', signature.state === 'verified' ? proofsOf(signature.proof) : [], 'proof'),
    list('Policy', policyOf(report), 'rule'),
    list('Files', filesOf(facts), 'file'),
    list('Only claimed, nothing in the bundle shows it', claimsOf(claimed, facts), 'claim'),
  ].filter(({ items }) => items.length > 0);
  if (lists.length === 0) return [];
  return [{ block: 'fold', summary: 'Signature, files and claims', details: lists, brief: [] }];
}

function proofsOf({ signer, times, logEntries }: Proof): readonly Inline[] {
  const claims = isKeySigner(signer) ? [] : Object.entries(signer.claims);
  return [
    ...named(claims.map(([name, value]) => [`certificate: ${name}`, value])),
    ...times.map(({ at, source }) => sentence`signed at ${timestampOf(at)}, says the ${source}`),
    ...logEntries.map(({ log, index }) => sentence`entry ${index} of ${log}`),
  ];
}

/** The file that says who may sign, and what it says of this signer. */
function policyOf({ policy }: VerificationReport): readonly Inline[] {
  const { file, entry } = policy ?? {};
  if (file === undefined) return [];
  return [
    sentence`${file.source}, ${file.digest}`,
    ...(entry === undefined ? [] : [words(`allows ${describeSigner(entry)}`)]),
    ...named([['label', entry?.label]]),
    ...(entry?.recipes === undefined ? [] : [sentence`for ${listed(entry.recipes, 20)} alone`]),
  ];
}

function filesOf({ bom, recipe }: Facts): readonly Inline[] {
  if (bom === undefined) return named([['recipe of apiVersion', recipe?.apiVersion]]);
  const { format, version, components, images, digest } = bom;
  return [
    ...named([['recipe of apiVersion', recipe?.apiVersion]]),
    sentence`bill of materials: ${format} ${version}, ${components} components, ${images} of them images, ${digest}`,
  ];
}

function claimsOf(
  claimed: VerificationReport['claimed'],
  { onlyClaimed = [] }: Facts,
): readonly Inline[] {
  if (claimed === undefined) return [];
  const { attestedAt, aicrVersion, aicrCommit, validatorCatalogVersion } = claimed;
  const { validatorImages, redaction } = claimed;
  return [
    ...named([
      ['made at', attestedAt],
      ['aicr', aicrVersion],
      ['commit of aicr', aicrCommit],
      ['validator catalog', validatorCatalogVersion],
      ['redaction', redaction && `${redaction.policy} ${redaction.version}`.trim()],
    ]),
    ...(validatorImages === 0 ? [] : [words(counted(validatorImages, 'validator image'))]),
    ...(onlyClaimed.length === 0
      ? []
      : [sentence`stated, not shown by the packed snapshot: ${listed(onlyClaimed, 20)}`]),
    words('that snapshot and results come from that cluster'),
  ];
}
