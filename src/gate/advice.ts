// What a fault of a piece of evidence means for whoever reads the gate's report: only who runs the gate can give it flags.

import type { ErrorCode } from '../errors/catalogue.ts';
import type { FaultJson } from '../report/report-json.ts';
import { listed, sentence, words, type Sentence } from '../sentence.ts';
import { pathWord } from '../shell-words.ts';
import type { GatePiece, Step } from './gate-json.ts';
import { command, commitPointer, OWN_PLACE, say, type Folders } from './steps.ts';

const AGAIN = 'have the gate run again';

/** In place of hints that are for who calls another command, or is logged in. */
const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  NETWORK_BLOCKED:
    'nothing was fetched, since this gate ran with --offline: whoever runs it has to leave that out, or give it the bundles with --bundles',
  REGISTRY_BYTES_OTHER:
    'tell whoever runs the registry that it gives other bytes than were pushed; if you still have the evidence, publish it once more, in another repository, and commit that pointer in place of this one',
  REGISTRY_REFUSED: `make the package public, since the gate logs in nowhere, and ${AGAIN}`,
  REGISTRY_LACKS: `push the evidence there again, or make the package public, and ${AGAIN}`,
  VALUE_CLAIMED:
    'have evidence made that does not withhold these values, or have the maintainers allow it in the policy: "allowClaimed"',
};

/** What whoever reads it can do, or who can. */
export function adviceOf({ code, hint }: FaultJson): string {
  const advice = ADVICE[code];
  if (advice !== undefined) return advice;
  return /(?:^|\s)--[a-z]/.test(hint) ? `for whoever runs the gate: ${hint}` : hint;
}

/** How a place in a registry failed: a copy elsewhere helps. */
const FAILED: ReadonlySet<ErrorCode> = new Set([
  'SERVICE_UNREACHABLE',
  'SERVICE_SLOW',
  'SERVICE_FAILED',
  'SERVICE_ANSWER_INVALID',
  'PROXY_FAILED',
]);

/** Of hosts in a line. */
const MOST_HOSTS = 5;

/** @param hosts that the policy lists */
export function reachSteps(
  { fault, pointer }: GatePiece,
  folders: Folders,
  hosts: readonly string[],
): readonly Step[] {
  if (fault === undefined) return [];
  const { code, at } = fault;
  const place = at ?? '';
  const host = place.split('/', 1).join('');
  const others = hosts.filter((each) => each !== host);
  const copy = (why: Sentence, ...flags: readonly string[]): readonly Step[] =>
    copyTo(others, { why, flags, path: pointer.path }, folders);
  if (code === 'REGISTRY_NOT_LISTED') return copy(sentence`the policy does not list ${host}; `);
  if (code === 'REGISTRY_ADDRESS_PRIVATE') {
    const why = sentence`${host} is in a private network, where the gate asks nobody; from there, `;
    return copy(why, '--registry', host);
  }
  if (!FAILED.has(code)) return [say('elsewhere', adviceOf(fault))];
  return [
    say('elsewhere', sentence`when ${place} answers, ${words(AGAIN)}`),
    ...copy(words('if it is often down, or only you can reach it, ')),
  ];
}

function copyTo(
  hosts: readonly string[],
  {
    why,
    flags,
    path,
  }: { readonly why: Sentence; readonly flags: readonly string[]; readonly path: string },
  folders: Folders,
): readonly Step[] {
  const to =
    hosts.length === 0
      ? words('a registry that the maintainers list in the policy')
      : sentence`a registry that the policy lists (${listed(hosts, MOST_HOSTS)})`;
  const pointer = pathWord(path);
  return [
    say(
      'laptop',
      sentence`${why}copy the bundle to ${to}, which adds that place to the pointer:`,
      command('affidavit evidence mirror', pointer, OWN_PLACE, '--pointer', pointer, ...flags),
    ),
    commitPointer(folders),
  ];
}
