// What registries say in headers of their answers. A stranger wrote them: anything else than what is meant is nothing.

/**
 * Where the next page of a list is, as it is written there; undefined if there is none.
 *
 * @param link the header `Link` (RFC 8288)
 */
export function nextPageIn(link: string): string | undefined {
  const links = [...link.matchAll(/<([^<>]*)>([^<]*)/g)];
  const next = links.find(([, , parameters = '']) => {
    const [, quoted, plain = ''] = REL.exec(parameters) ?? [];
    return (quoted ?? plain).toLowerCase().split(/\s+/).includes('next');
  });
  return next?.[1];
}

const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i;

/** The offset at which a part begins: `Content-Range` (RFC 9110 §14.4). */
export function startIn(contentRange: string): number | undefined {
  const [, start] = /^bytes (\d{1,15})-\d+\/(?:\d+|\*)$/.exec(contentRange) ?? [];
  return start === undefined ? undefined : Number(start);
}

/** The last byte that a registry has of an upload: its header `Range`, which begins with `bytes=` or not. */
export function lastIn(range: string): number | undefined {
  const [, last] = /^(?:bytes=)?0-(\d{1,15})$/.exec(range) ?? [];
  return last === undefined ? undefined : Number(last);
}
