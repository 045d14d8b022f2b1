// How an artifact in a registry is named: the grammar of OCI's distribution-spec, with a host before it.

import { isDigest, type Digest } from './digest.ts';
import { MAX_REPOSITORY_CHARACTERS } from './limits.ts';
import { refuse, type Place } from './place.ts';
import { escapeInvisible, quote } from './quote.ts';

const SCHEME = 'oci://';
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::\\d{1,5})?`;
const PATH = '(?:/[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*)+';

/** A registry, a repository of one part or more, and a tag or digest or both. */
const REFERENCE = new RegExp(
  `^(?<repository>(?<host>${HOST})${PATH})(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$`,
);

export interface ArtifactReference {
  /** `HOST/REPO`; the host may have a port. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

/** Undefined if the text is none. Whether its first part can be a registry is not asked. */
export function parseReference(text: string): ArtifactReference | undefined {
  const { host = '', repository, tag, digest = '' } = REFERENCE.exec(text)?.groups ?? {};
  if (repository === undefined || repository.length > MAX_REPOSITORY_CHARACTERS) return undefined;
  // A port in range and whole IPv6 addresses are what a URL takes too; and 0 is no port that a server has.
  if (!URL.canParse(`https://${host}`) || /:0+$/.test(host)) return undefined;
  return { repository, tag, digest: isDigest(digest) ? digest : undefined };
}

/** Without the digest: `ghcr.io/org/aicr-evidence:tag`. */
export function referenceName({
  repository,
  tag,
}: Pick<ArtifactReference, 'repository' | 'tag'>): string {
  return tag === undefined ? repository : `${repository}:${tag}`;
}

/** What Docker reads as `docker.io/library/NAME`, and no registry does. */
const SHORT = /^(?:(?:index|registry-1)\.)?docker\.io\/(?<name>[^/]+)$/i;

/** Whether its first part, of two or more, can be a registry, as Docker tells one from a folder. */
export function namesRegistry(text: string): boolean {
  const [first = '', ...others] = text.split('/');
  return others.length > 0 && (first === 'localhost' || /[^.][.:]/.test(first));
}

/**
 * Reads a reference to a registry that can be asked, with or without `oci://`. Throws the place's code, with
 * what is wrong with this very text; no user and no password is shown.
 */
export function requireReference(
  text: string,
  place: Omit<Place, 'hint'>,
  form = 'oci://HOST/REPOSITORY[:TAG][@sha256:HEX]',
): ArtifactReference {
  const name = text.startsWith(SCHEME) ? text.slice(SCHEME.length) : text;
  const isWhole = namesRegistry(name) && !SHORT.test(name);
  const reference = isWhole ? parseReference(name) : undefined;
  if (reference !== undefined) return reference;
  const [found, hint] = faultOf(name);
  return refuse({ ...place, hint }, found, form);
}

/** The same for a place alone, `HOST/REPO`: which artifact is looked for there, its digest says. */
export function requireLocation(text: string, place: Omit<Place, 'hint'>): string {
  const { repository, tag, digest } = requireReference(text, place);
  if (tag === undefined && digest === undefined) return repository;
  const hint = `write ${repository}: what is looked for there is known by its digest`;
  const found = tag === undefined ? 'a digest' : `the tag ${quote(tag)}`;
  return refuse({ ...place, hint }, found, 'HOST/REPOSITORY alone');
}

type Words = readonly [found: string, hint: string];

/** What can be wrong, and what to do; the first that fits is said. Groups of the pattern fill in `$<name>`. */
const FAULTS: readonly (readonly [RegExp, ...Words])[] = [
  [/^$/, 'nothing', 'write the name of the registry and the repository'],
  [/^.{1000}/s, 'more than 1000 characters', 'write a name that a registry can have'],
  [
    /^(?:[a-z]+:\/\/)?[^/]*@(?!\w+:)[^/]*\/|^(?:[a-z]+:\/\/)?[^/@]*:[^/@]*@[^/]*\//i,
    'a user or a password before the host',
    'leave it out, and log in: docker login HOST',
  ],
  [/^(?<scheme>[a-z][a-z0-9+.-]*):\/\//i, '$<scheme>://', 'write oci:// there, or nothing'],
  [/[\p{White_Space}\p{Cc}\p{Cf}]/u, 'a blank or an invisible character', 'remove it'],
  [/[?#]/, 'a query or a fragment', 'remove it: a reference has none'],
  [
    /@(?<algorithm>(?!sha256:)\w[^@:]*):/,
    'a digest by $<algorithm>',
    'name the artifact by its SHA-256: sha256: and 64 lower-case hexadecimal digits',
  ],
  [
    /@(?!sha256:[0-9a-f]{64}$)/,
    'a digest that is none',
    'write sha256: and 64 lower-case hexadecimal digits behind the @, at the end',
  ],
  [/(?:^|\/)\.{1,2}(?:[/:@]|$)/, 'a part that is . or ..', 'name the repository without it'],
  [/\/(?:[/:@]|$)|^\//, 'an empty part', 'write HOST/REPOSITORY, with no // and no / at the end'],
  [/:(?:@|$)/, 'an empty tag', 'write the tag behind the colon, or remove the colon'],
  [SHORT, 'a short name of Docker', 'write it whole: docker.io/library/$<name>'],
  [
    /^(?<name>\w[\w.-]*)(?:[:@][^/]*)?$/,
    'a name without a registry',
    'write the registry first: what docker calls $<name> is docker.io/library/$<name>',
  ],
  [
    /^(?!localhost\/)(?<name>[\w-]+\/[\w./-]+)/,
    'a name without a registry',
    'write the registry first: what docker calls $<name> is docker.io/$<name>',
  ],
];

function faultOf(text: string): Words {
  for (const [pattern, ...words] of FAULTS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const [found, hint] = words.map((each) =>
      each.replaceAll(/\$<\w+>/g, () =>
        escapeInvisible(Object.values(match.groups ?? {}).join('')),
      ),
    );
    return [found ?? '', hint ?? ''];
  }
  return faultOfParts(text.replace(/@.*$/, ''));
}

function faultOfParts(name: string): Words {
  const [host = ''] = name.split('/', 1);
  const repository = name.replace(/:[^/]*$/, '');
  const lower = host + repository.slice(host.length).toLowerCase();
  if (parseReference(`${host}/x`) === undefined) {
    const isPort = parseReference(`${host.replace(/:\w*$/, '')}/x`) !== undefined;
    if (isPort) return ['a port that is none', 'write a port from 1 to 65535'];
    return [`the host ${quote(host, 60)}`, 'write a domain name, an address, or [IPv6]'];
  }
  if (repository.length > MAX_REPOSITORY_CHARACTERS) {
    const hint = `choose a shorter one: at most ${MAX_REPOSITORY_CHARACTERS} for HOST/REPOSITORY`;
    return [`${repository.length} characters`, hint];
  }
  if (parseReference(repository) !== undefined) {
    const hint = 'write at most 128 of A-Z, a-z, 0-9, _, . and -, and none of . and - first';
    return [`the tag ${quote(name.slice(repository.length + 1), 60)}`, hint];
  }
  return lower !== repository && parseReference(lower) !== undefined
    ? ['upper-case letters in the repository', `write ${lower}`]
    : [
        `the repository ${quote(repository.slice(host.length + 1), 60)}`,
        'write a-z and 0-9, with one ., _, __ or - between them',
      ];
}
