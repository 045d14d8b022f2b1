// What fills a document of any size with one thing alone, and as much of it as there is room for.

/** The value of a field, at most so many bytes of it. */
export type Filler = (bytes: number) => string;

/** As often as there is room for it. */
export function times(unit: string): Filler {
  return (bytes) => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));
}

/** Each another one, as many as there is room for. */
export function numbered(unit: (index: string) => string): Filler {
  return (bytes) => {
    const units: string[] = [];
    let left = bytes;
    for (let index = 0; ; index += 1) {
      const text = unit(index.toString(36));
      left -= Buffer.byteLength(text);
      if (left < 0) return units.join('');
      units.push(text);
    }
  };
}

function between(start: string, filler: Filler, end: string): Filler {
  return (bytes) => `${start}${filler(bytes - Buffer.byteLength(start + end))}${end}`;
}

/** A list in JSON: the last item has no comma. */
function jsonList(item: Filler): Filler {
  return between('[', (bytes) => item(bytes).slice(0, -1), ']');
}

const CHINESE = '\u4e00';
const SOFT_HYPHEN = '\u00ad';

/** In a block map, behind the colon. */
export const YAML: Readonly<Record<string, Filler>> = {
  'maps of one entry': between('\n', times('- a: b\n'), ''),
  'one text with escapes': between(' "', times(String.raw`\x01`), '"\n'),
  'one text': between(' ', times('a'), '\n'),
  'one text of wide characters': between(` ${CHINESE}`, times('a'), '\n'),
  'one text of many lines': between(' b\n', times(' a\n'), ''),
  'one quoted text of many lines': between(' "b\n', times(' a\n'), '"\n'),
  'one text of quotes': between(" '", times("''"), "'\n"),
  'a literal block': between(' |\n', times(' a\n'), ''),
  'a literal block of empty lines': between(' |\n a\n', times('\n'), ' b\n'),
  'a folded block': between(' >\n', times(' a\n\n'), ''),
  'a list': between('\n', times('- a\n'), ''),
  'a list of numbers': between('\n', times('- 1\n'), ''),
  'a list of nothing': between('\n', times('-\n'), ''),
  'a list with room around it': between('\n', times('- a                 \n'), ''),
  'maps with room around them': between('\n', times(`- a:${' '.repeat(44)}b\n`), ''),
  keys: between(
    '\n',
    numbered((index) => ` ${index}: a\n`),
    '',
  ),
  'lists in lists': between('\n', times(`${'- '.repeat(20)}a\n`), ''),
  'a flow list': between(' [', times('a,'), ']\n'),
  'a flow list of maps': between(' [', times('{a},'), ']\n'),
  'flow lists in flow lists': between(' [', times(`${'['.repeat(90)}${']'.repeat(90)},`), ']\n'),
  'keys of a flow map': between(
    ' {',
    numbered((index) => `k${index},`),
    '}\n',
  ),
  'a long key': between('\n  ? ', times('a'), '\n  : b\n'),
  comments: between(' a\n', times('#\n'), ''),
  'line ends of Windows': between(' a\r\n', times('\r\n'), ''),
};

export const JSON_VALUES: Readonly<Record<string, Filler>> = {
  'maps of one entry': jsonList(times('{"a":1},')),
  'one text with escapes': between('"', times(String.raw`\u0001`), '"'),
  'one text': between('"', times('a'), '"'),
  'one text of wide characters': between(`"${CHINESE}`, times('a'), '"'),
  'one text of invisible characters': between('"', times(SOFT_HYPHEN), '"'),
  numbers: jsonList(times('1,')),
  'empty lists': jsonList(times('[],')),
  'empty maps': jsonList(times('{},')),
  texts: jsonList(times('"abcdefghijklm",')),
  keys: between('{', (bytes) => numbered((index) => `"${index}":1,`)(bytes).slice(0, -1), '}'),
  'lists in lists': jsonList(times(`${'['.repeat(80)}${']'.repeat(80)},`)),
  'a long key': between('{"', times('k'), '":1}'),
};
