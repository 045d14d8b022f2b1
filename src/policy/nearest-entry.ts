// Which entries of a policy are nearest to a signer whom none of them names, and what differs.

import { unlessRefused, type Fault } from '../errors/evidence-error.ts';
import { quote } from '../quote.ts';
import { isKeySigner, type Identity, type ProvenSigner } from '../trust/trust.ts';
import { describeSigner, isNamedBy, sourceOf, type PolicySigner } from './policy-signer.ts';
import { matches, parseTemplate, type Template } from './template.ts';

/** What a complaint says of the entries, none of which names the signer. */
export function nearestOf(
  entries: readonly PolicySigner[],
  signer: ProvenSigner,
): Pick<Fault, 'expected' | 'hint'> {
  const near = nearestFirst(entries, signer);
  const expected = someOf(near.map(({ said }) => said));
  if (entries.some(isOfAllowlist)) return { expected, hint: listHint(signer) };
  if (isKeySigner(signer)) {
    return { expected, hint: 'if you trust this signer, name exactly this key' };
  }
  const [first] = near;
  return { expected, hint: nearHint(first, near.length) };
}

/** Whether the allowlist of AICR has it, in which not everything can be said. */
export function isOfAllowlist({ at = '' }: PolicySigner): boolean {
  return /#\/(?:firstParty|partner|community)\/\d+$/.test(at);
}

/** What to write in an allowlist: as YAML, on one line. */
export function listHint(signer: ProvenSigner): string {
  const trust = 'if you trust this signer,';
  if (isKeySigner(signer) || signer.type === 'other') {
    const what = isKeySigner(signer) ? 'keys' : 'user names';
    return `${trust} write a policy in JSON: an allowlist names no ${what}`;
  }
  const issuer = quote(signer.issuer, signer.issuer.length);
  return `${trust} add to "community" or "partner" of the allowlist: - {issuer: ${issuer}, source: ${quote(sourceOf(signer))}}`;
}

function nearHint(near: NearEntry | undefined, count: number): string {
  const trust = 'if you trust this signer, name exactly this identity and issuer';
  if (near === undefined) return trust;
  const { place, differences, template } = near;
  const many = count > 1 ? `, the nearest of ${count} entries,` : '';
  const from = place === undefined ? '' : ` from ${place}${many}`;
  const differs =
    differences.length === 0 ? '' : `; what differs${from} is ${differences.join(', and ')}`;
  const like =
    template === undefined
      ? ''
      : `; for all like it, "template": ${quote(template, template.length)}`;
  return `${trust}${differs}${like}`;
}

/** As many as one reads. */
const MAX_NAMED = 3;

export function someOf(all: readonly string[]): string {
  const more = all.length - MAX_NAMED;
  return [...all.slice(0, MAX_NAMED), ...(more > 0 ? [`one of ${more} more`] : [])].join(', or ');
}

interface NearEntry {
  /** Where it stands in the file, e.g. `signers[3].template`; undefined if no file has it. */
  readonly place: string | undefined;
  /** The entry after its place. */
  readonly said: string;
  /** What differs, in words; empty where nothing can be compared, as between a key and an identity. */
  readonly differences: readonly string[];
  /** How the entry, or one beside it, would be written to name the signer and others like it. */
  readonly template: string | undefined;
}

/** The entry with the fewest fields that differ first; of several the one whose text is most alike. */
function nearestFirst(
  entries: readonly PolicySigner[],
  signer: ProvenSigner,
): readonly NearEntry[] {
  return entries
    .map((entry) => ({ entry, ...compared(entry, signer) }))
    .toSorted((a, b) => a.distance - b.distance || b.alike - a.alike)
    .map(({ entry, differences, template }) => {
      const place = placeOf(entry);
      const who = describeSigner(entry);
      return { place, said: place === undefined ? who : `${place}: ${who}`, differences, template };
    });
}

interface Compared extends Omit<NearEntry, 'said' | 'place'> {
  readonly distance: number;
  readonly alike: number;
}

/** More fields than differ between two identities. */
const FAR = 9;

function compared(entry: PolicySigner, signer: ProvenSigner): Compared {
  if ('publicKey' in entry || isKeySigner(signer)) {
    const distance = 'publicKey' in entry && isKeySigner(signer) ? 1 : FAR;
    return { distance, alike: 0, differences: [], template: undefined };
  }
  const isHere = isNamedBy({ ...entry, issuer: signer.issuer }, signer);
  const text = textOf(entry);
  const differences = [
    ...(isHere ? [] : [nameDifference(entry, signer)]),
    ...differenceOf('issuer', entry.issuer, signer.issuer),
  ];
  return {
    distance: differences.length,
    alike: commonStart(text.toLowerCase(), signer.subject.toLowerCase()),
    differences,
    template: isHere || entry.issuer !== signer.issuer ? undefined : wider(entry, signer),
  };
}

function textOf(entry: PolicySigner): string {
  if ('subject' in entry) return entry.subject;
  return 'template' in entry ? entry.template.text : '';
}

function nameDifference(entry: PolicySigner, signer: Identity): string {
  if ('template' in entry) return templateDifference(entry.template, signer.subject);
  if (!('subject' in entry)) return 'another source';
  const [difference] = differenceOf('identity', entry.subject, signer.subject);
  return difference ?? `another type, ${signer.type}`;
}

function differenceOf(field: string, wanted: string, found: string): readonly string[] {
  if (wanted === found) return [];
  if (wanted.toLowerCase() === found.toLowerCase()) {
    return [`the ${field} in capital and small letters alone`];
  }
  if (wanted === `${found}/`) return [`the ${field}: the entry has a / at its end`];
  if (`${wanted}/` === found) return [`the ${field}: the entry has no / at its end`];
  if (wanted.trim() === found) return [`the ${field}: the entry has a blank at its start or end`];
  return [`the ${field}`];
}

function templateDifference(template: Template, subject: string): string {
  const [first] = template.literals;
  const isLower = matches(lowered(template), subject.toLowerCase());
  if (isLower) return 'the identity in capital and small letters alone';
  if (!subject.startsWith(first)) return `the identity does not begin with ${quote(first)}`;
  const last = template.literals.at(-1) ?? '';
  if (!subject.endsWith(last)) return `the identity does not end with ${quote(last)}`;
  const open = opened(template);
  return open !== undefined && matches(open, subject)
    ? 'the identity has a / where the template takes none'
    : 'the identity, behind what it begins with';
}

function lowered(template: Template): Template {
  const [first, ...others] = template.literals.map((literal) => literal.toLowerCase());
  return { ...template, literals: [first ?? '', ...others.slice(0, -1), others.at(-1) ?? ''] };
}

/** The same template with a last placeholder that takes `/` too, if it stands at the end. */
function opened(template: Template): Template | undefined {
  if (template.isOpen || template.literals.at(-1) !== '') return undefined;
  return { ...template, isOpen: true, text: `${template.text.slice(0, -1)}...}` };
}

const REF = /^(https:\/\/[^@]+@refs\/(heads|tags)\/)(.+)$/;
const BRANCHES_OR_TAGS = /@refs\/(?:heads|tags)\//;

/** A template of this workflow at any branch or tag, if the entry is one of it at another. */
function wider(entry: PolicySigner, signer: Identity): string | undefined {
  return [openedFor(entry, signer.subject), anyRef(textOf(entry), signer.subject)].find(
    (proposal) => proposal !== undefined && isUsable(proposal, signer),
  )?.text;
}

/** A template to propose, with all that it has before its placeholders. */
interface Proposal {
  readonly text: string;
  readonly start: string;
}

/** Never from all refs to those with a `/` too: among them are pull requests, which anybody can open. */
function openedFor(entry: PolicySigner, subject: string): Proposal | undefined {
  const open = 'template' in entry ? opened(entry.template) : undefined;
  if (open === undefined) return undefined;
  const { text, literals } = open;
  const isSafe =
    !subject.includes('@refs/') || literals.some((each) => BRANCHES_OR_TAGS.test(each));
  return isSafe ? { text, start: literals[0] } : undefined;
}

function anyRef(text: string, subject: string): Proposal | undefined {
  const [, start, kind, name = ''] = REF.exec(subject) ?? [];
  if (start === undefined || !text.startsWith(start.slice(0, -`${kind}/`.length))) return undefined;
  const word = kind === 'heads' ? 'branch' : 'tag';
  return { text: `${start}{${word}${name.includes('/') ? '...' : ''}}`, start };
}

/** A name may have what is a placeholder in a template, or what none takes. */
function isUsable({ text, start }: Proposal, signer: Identity): boolean {
  const place = { code: 'POLICY_INVALID', at: 'template', hint: '' } as const;
  const template = unlessRefused(() => parseTemplate(text, place));
  if (template?.literals[0] !== start) return false;
  return isNamedBy({ template, issuer: signer.issuer }, signer);
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function placeOf(entry: PolicySigner): string | undefined {
  const [, list, index] = /#\/(\w+)\/(\d+)$/.exec(entry.at ?? '') ?? [];
  if (list === undefined || index === undefined) return undefined;
  return `${list}[${index}].${fieldOf(entry, list)}`;
}

function fieldOf(entry: PolicySigner, list: string): string {
  if ('publicKey' in entry) return 'key';
  if ('source' in entry) return 'source';
  if (list !== 'signers') return 'identityPattern';
  return 'template' in entry ? 'template' : 'identity';
}
