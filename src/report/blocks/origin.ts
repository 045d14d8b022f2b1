import { sayName } from '../../policy/policy-signer.ts';
import { counted, listed, sentence, words } from '../../sentence.ts';
import type { FactsJson, SignatureJson, VerificationJson } from '../report-json.ts';
import type { Inline } from './block.ts';
import { list, named, type Fold } from './details.ts';

/** Where signature and files come from, and what nothing in the bundle can show. */
export function originFold(report: VerificationJson): readonly Fold[] {
  const { signature, claimed } = report;
  const lists = [
    list('Signature', proofsOf(signature), 'proof'),
    list('Policy', policyOf(report), 'rule'),
    list('Files', filesOf(report), 'file'),
    list('Only claimed, nothing in the bundle shows it', claimsOf(claimed, report), 'claim'),
  ].filter(({ items }) => items.length > 0);
  if (lists.length === 0) return [];
  return [
    {
      block: 'fold',
      topic: 'origin',
      summary: 'Signature, files and claims',
      details: lists,
      brief: [],
    },
  ];
}

function proofsOf(signature: SignatureJson): readonly Inline[] {
  if (signature.state !== 'verified') return [];
  const { certificate, times, logEntries } = signature;
  const { type: _, ...claims } = certificate ?? {};
  return [
    ...named(Object.entries(claims).map(([name, value]) => [`certificate: ${name}`, value])),
    ...times.map(({ at, source }) => sentence`signed at ${at}, says the ${source}`),
    ...logEntries.map(({ log, index }) => sentence`entry ${index} of ${log}`),
  ];
}

/** The file that says who may sign, and what it says of this signer. */
function policyOf({ policy }: VerificationJson): readonly Inline[] {
  if (policy === undefined) return [];
  const { source, digest, entry } = policy;
  return [
    sentence`${source}, ${digest}`,
    ...(entry === undefined ? [] : [words(`allows ${sayName(entry)}`)]),
    ...named([['label', entry?.label]]),
    ...(entry?.recipes === undefined ? [] : [sentence`for ${listed(entry.recipes, 20)} alone`]),
  ];
}

function filesOf({ bom, recipe }: FactsJson): readonly Inline[] {
  const version = named([['recipe of apiVersion', recipe?.apiVersion]]);
  return bom === undefined ? version : [...version, ['bill of materials: ', ...sayBom(bom)]];
}

export function sayBom(bom: NonNullable<FactsJson['bom']>): Inline {
  const { format, version, components, images, digest } = bom;
  return sentence`${format} ${version}, ${components} components, ${images} of them images, ${digest}`;
}

function claimsOf(
  claimed: VerificationJson['claimed'],
  { onlyClaimed = [] }: FactsJson,
): readonly Inline[] {
  if (claimed === undefined) return [];
  const { attestedAt, aicrVersion, aicrCommit, validatorCatalogVersion } = claimed;
  const { validatorImages, redaction, redactionVersion = '' } = claimed;
  return [
    ...named([
      ['made at', attestedAt],
      ['aicr', aicrVersion],
      ['commit of aicr', aicrCommit],
      ['validator catalog', validatorCatalogVersion],
      ['redaction', redaction === null ? null : `${redaction} ${redactionVersion}`.trim()],
    ]),
    ...(validatorImages === 0 ? [] : [words(counted(validatorImages, 'validator image'))]),
    ...(onlyClaimed.length === 0
      ? []
      : [sentence`stated, not shown by the packed snapshot: ${listed(onlyClaimed, 20)}`]),
    words('that snapshot and results come from that cluster'),
  ];
}
