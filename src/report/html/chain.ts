// The chain of proof: what holds what, from the signature to each file and what all of it shows.
import { counted } from '../../sentence.ts';
import type { Line, Said } from '../blocks/block.ts';
import { verificationLines } from '../blocks/lines.ts';
import { sayCheck } from '../blocks/states.ts';
import type { CheckJson, VerificationJson } from '../report-json.ts';
import type { PageContents, PageFile } from './contents.ts';

/** In the order of the proof. */
const LINKS = {
  signature: {
    name: 'Signature',
    what: 'The signature over the statement, judged under the trusted root.',
    stops: 'nobody vouches for anything below. It is only what the files say.',
  },
  signer: {
    name: 'Signer',
    what: 'Who signed, compared with who may sign; and that it was signed after the run.',
    stops: 'somebody signed who was not named, or at a time that cannot be: nothing below counts.',
  },
  statement: {
    name: 'Statement',
    what: 'What was signed: the claims, and the digests that bind recipe and manifest.',
    stops: 'nothing says which files belong to the signature, or what they should show.',
  },
  manifest: {
    name: 'Manifest',
    what: 'The list of all files, which the statement names by its digest.',
    stops: 'files may have been added, left out or swapped after the signature.',
  },
  files: {
    name: 'Files',
    what: 'The files that were received, compared with the list: each is there, none more, and each has its digest.',
    stops:
      'a file that differs is not the one that was signed, and what it says counts for nothing.',
  },
  recipe: {
    name: 'Recipe',
    what: 'What was to be tested. Its digest is the one that was signed.',
    stops: 'the results may be of another recipe.',
  },
  snapshot: {
    name: 'Cluster',
    what: 'What was measured of the cluster. Fingerprint and constraints are computed from it again.',
    stops: 'what is claimed of the cluster is not what was measured.',
  },
  results: {
    name: 'Results',
    what: 'What the tests of each phase reported, counted again.',
    stops: 'what is claimed of the tests is not what they reported.',
  },
  bom: {
    name: 'Materials',
    what: 'The bill of materials: components and images, compared with the claims.',
    stops: 'what is claimed to have run is not what is listed.',
  },
  redaction: {
    name: 'Redaction',
    what: 'What is withheld by which policy, and that nothing else is there.',
    stops: 'more or less is withheld than the statement says.',
  },
  logs: {
    name: 'Logs',
    what: 'What the tests printed.',
    stops: 'the logs may be of another run.',
  },
  result: {
    name: 'Result',
    what: 'What all of it shows: one run, a cluster that fits the recipe, constraints that hold, phases that are green.',
    stops: 'the proof may be whole, and what it proves is not green.',
  },
} as const;

export type LinkId = keyof typeof LINKS;

/** Every check is of one link. */
const LINK_OF_CHECK: Readonly<Record<CheckJson['name'], LinkId>> = {
  'archive-is-safe': 'files',
  'signature-is-valid': 'signature',
  'signer-is-allowed': 'signer',
  'signed-after-run': 'signer',
  'statement-is-evidence': 'statement',
  'pointer-matches-evidence': 'statement',
  'manifest-matches-statement': 'manifest',
  'files-match-manifest': 'files',
  'recipe-matches-digest': 'recipe',
  'recipe-matches-yours': 'recipe',
  'redaction-matches-policy': 'redaction',
  'revealed-values-were-withheld': 'redaction',
  'fingerprint-matches-snapshot': 'snapshot',
  'constraints-match-claims': 'snapshot',
  'phases-match-results': 'results',
  'bom-matches-claims': 'bom',
  'logs-match-statement': 'logs',
  'run-is-coherent': 'result',
  'cluster-fits-recipe': 'result',
  'constraints-hold': 'result',
  'phases-are-green': 'result',
};

/** Files, or folders of them. */
const LINK_OF_FILE: ReadonlyMap<string, LinkId> = new Map<string, LinkId>([
  ['attestation.intoto.jsonl', 'signature'],
  ['statement.intoto.json', 'statement'],
  ['manifest.json', 'manifest'],
  ['recipe.yaml', 'recipe'],
  ['snapshot.yaml', 'snapshot'],
  ['ctrf', 'results'],
  ['originals', 'results'],
  ['bom.cdx.json', 'bom'],
  ['redaction.json', 'redaction'],
  ['logs', 'logs'],
]);

/** Lines of the report that say more of a link. */
const LINK_OF_LINE: ReadonlyMap<string, LinkId> = new Map<string, LinkId>([
  ['root', 'signature'],
  ['judged', 'signature'],
  ['signer', 'signer'],
  ['policy', 'signer'],
  ['bundle', 'manifest'],
  ['recipe', 'recipe'],
]);

export interface Link {
  readonly id: LinkId;
  readonly name: string;
  readonly what: string;
  readonly stops: string;
  readonly said: Said;
  /** Of its checks, the worst. */
  readonly outcome: CheckJson['outcome'];
  /** Every link before it holds. */
  readonly isHeld: boolean;
  /** In a few characters, what it is: foreign text. */
  readonly brief: string;
  readonly lines: readonly Line[];
  readonly checks: readonly CheckJson[];
  readonly files: readonly PageFile[];
}

export function chainOf(report: VerificationJson, contents?: PageContents): readonly Link[] {
  const checks = Map.groupBy(report.checks, ({ name }) => LINK_OF_CHECK[name]);
  const files = Map.groupBy(contents?.files ?? [], ({ path }) => linkOfFile(path));
  const lines = Map.groupBy(verificationLines(report), ({ label }) => LINK_OF_LINE.get(label));
  const changed = changedIn(report);
  let isHeld = true;
  return Object.keys(LINKS)
    .filter(isLink)
    .filter((id) => checks.has(id) || files.has(id))
    .map((id): Link => {
      const [own, listed] = [membersOf(checks, id), membersOf(files, id)];
      // A file without a check of its own is as good as the list says.
      const judged = checks.get(id) ?? checks.get('files');
      const outcome = changed.has(id) ? 'failed' : worstOf(judged);
      const found = saidOf(id, outcome, report);
      const said = isHeld ? found : unproven(found);
      const brief = BRIEF[id]?.(report) ?? filesText(listed);
      const more = { checks: own, files: listed, lines: membersOf(lines, id) };
      const link = { id, ...LINKS[id], said, outcome, isHeld, brief, ...more };
      if (isTrunk(id) && said.tone !== 'good') isHeld = false;
      return link;
    });
}

function membersOf<T>(groups: ReadonlyMap<unknown, readonly T[]>, id: LinkId): readonly T[] {
  return groups.get(id) ?? [];
}

/** What hangs on a broken link may be as it should be, and is proven by nothing. */
function unproven(said: Said): Said {
  return said.tone === 'good' ? { words: 'unproven', tone: 'plain' } : said;
}

/** What has a file that is not the one of the list. */
function changedIn({ checks }: VerificationJson): ReadonlySet<LinkId> {
  const check = checks.find(({ name }) => name === 'files-match-manifest');
  return new Set((check?.faults ?? []).flatMap(({ at }) => (at === null ? [] : [linkOfFile(at)])));
}

/** All that follows hangs on it. */
export function isTrunk(id: LinkId): boolean {
  return ['signature', 'signer', 'statement', 'manifest', 'files'].includes(id);
}

function isLink(id: string): id is LinkId {
  return Object.hasOwn(LINKS, id);
}

function linkOfFile(path: string): LinkId {
  const [first = ''] = path.split(/[/#]/);
  return LINK_OF_FILE.get(first) ?? 'files';
}

const WORST = ['failed', 'skipped', 'not-reached', 'passed'] as const;

function worstOf(checks: readonly CheckJson[] = []): CheckJson['outcome'] {
  return WORST.find((worst) => checks.some(({ outcome }) => outcome === worst)) ?? 'failed';
}

function saidOf(id: LinkId, outcome: CheckJson['outcome'], { root }: VerificationJson): Said {
  const said = sayCheck({ outcome });
  return id === 'signature' && root.sandbox && said.tone === 'good'
    ? { words: 'SANDBOX', tone: 'doubtful' }
    : said;
}

type Brief = (report: VerificationJson) => string | undefined;

const BRIEF: Readonly<Partial<Record<LinkId, Brief>>> = {
  signature: ({ root }) => root.source,
  signer: ({ signer }) => {
    if (signer === undefined) return 'nobody is known';
    return 'identity' in signer ? signer.identity : signer.publicKey;
  },
  manifest: ({ bundle }) => bundle?.manifestDigest,
  recipe: ({ recipe }) => recipe?.name,
  result: ({ checks }) =>
    `${checks.filter(({ outcome }) => outcome === 'passed').length} of ${checks.length} checks`,
};

function filesText(files: readonly PageFile[]): string {
  const [first, ...more] = files;
  if (first === undefined) return '';
  return more.length === 0 ? first.digest : counted(files.length, 'file');
}
