import {
  ASIDES,
  byFirstWord,
  firstSummary,
  type Offer,
  type OfferedFlag,
  type Value,
} from './offer.ts';

/** A line for each command, flag and argument. */
export function fishScript(offers: readonly Offer[]): string {
  const names = byFirstWord(offers);
  const words = [...names].flatMap(([first, seconds]) => [
    wordLine('', first, firstSummary(offers, first)),
    ...[...seconds].map(([second, { summary }]) => wordLine(first, second, summary)),
  ]);
  const asides = Object.entries(ASIDES).flatMap(([word, summary]) => [
    wordLine('', word, summary),
    `complete -c affidavit -n __affidavit_after -l ${word} -d ${quoted(summary)}`,
  ]);
  return `# Completion of affidavit for fish, made by: affidavit completion fish
function __affidavit_after
    set -l words (commandline -opc)[2..]
    if test "$words[1]" = help
        set -e words[1]
    end
    test "$words" = "$argv"
end

function __affidavit_in
    set -l words (commandline -opc)[2..]
    set -l size (count $argv)
    not contains -- -- $words; and test "$words[1..$size]" = "$argv"
end

function __affidavit_form
    set -l word (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    set -l parts (string match -r '^([^=]*=)(.*)' -- $word)
    if set -q parts[1]
        set argv $parts[2](complete -C "'' $parts[3]")
    end
    string join \\n -- $argv
end

complete -c affidavit -f
complete -c affidavit -n 'contains -- -- (commandline -opc)' -F
${[...words, ...asides, ...offers.flatMap((offer) => offerLines(offer, names.get(offer.name)))].join('\n')}
`;
}

function wordLine(after: string, word: string, summary: string): string {
  const condition = quoted(`__affidavit_after ${after}`.trimEnd());
  return `complete -c affidavit -n ${condition} -a ${word} -d ${quoted(summary)}`;
}

/** @param longer commands whose names begin with this one */
function offerLines(
  { name, operand, flags }: Offer,
  longer: ReadonlyMap<string, Offer> | undefined,
): readonly string[] {
  const others = [...(longer?.values() ?? [])].map(
    (other) => `; and not __affidavit_in ${other.name}`,
  );
  const head = `complete -c affidavit -n ${quoted(`__affidavit_in ${name}${others.join('')}`)}`;
  return [
    ...(operand === undefined ? [] : [`${head}${valueOf(operand)}`]),
    ...flags.map((flag) => `${head}${flagOf(flag)}`),
  ];
}

function flagOf({ names, summary, value }: OfferedFlag): string {
  const forms = names.map(
    (name) => ` ${name.startsWith('--') ? '-l' : '-s'} ${name.replace(/^-+/, '')}`,
  );
  const argument = value === undefined ? '' : ` -r${valueOf(value)}`;
  return `${forms.join('')}${argument} -d ${quoted(summary)}`;
}

/** What is after = fish itself completes, but only where it may offer files alone. */
function valueOf({ words, path }: Value): string {
  if (words !== undefined) {
    const list = words.join(' ');
    return ` -f -a ${quoted(path === 'after-equals' ? `(__affidavit_form ${list})` : list)}`;
  }
  if (path === undefined) return ' -f';
  return path === 'directory' ? ` -f -a '(__fish_complete_directories)'` : ' -F';
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
