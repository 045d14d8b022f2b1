import { singleQuoted } from '../../shell-words.ts';
import {
  ASIDES,
  byFirstWord,
  firstSummary,
  longestFirst,
  wordsIn,
  type Offer,
  type OfferedFlag,
  type Value,
} from './offer.ts';

/** For a file `_affidavit` on `fpath`, or to be sourced after `compinit`. */
export function zshScript(offers: readonly Offer[]): string {
  const names = byFirstWord(offers);
  const groups = [...names].filter(([, { size }]) => size > 0);
  const firsts = [...names.keys()].map((first) => [first, firstSummary(offers, first)] as const);
  return `#compdef affidavit
# Completion of affidavit for zsh, made by: affidavit completion zsh
_affidavit_form() {
  if compset -P '*='; then _files; else compadd -- "$@"; fi
}

_affidavit() {
  local curcontext=$curcontext help=
  local -a names
  if ((\${words[(i)--]} < CURRENT)); then _files; return; fi
  if [[ $words[2] == help ]] && ((CURRENT > 2)); then
    help=1
    shift words
    ((CURRENT--))
  fi
  if ((CURRENT == 2)); then
    names=(${items([...firsts, ...Object.entries(ASIDES)])})
    _describe -t commands command names
    [[ $help ]] || _arguments '(- :)--help[${ASIDES.help}]' '(- :)--version[${ASIDES.version}]'
    return
  fi
  if ((CURRENT == 3)); then
    case $words[2] in
${groups.map(([first, seconds]) => `    ${first}) names=(${items([...seconds].map(([second, { summary }]) => [second, summary] as const))}) ;;`).join('\n')}
    esac
    (($#names)) && _describe -t commands command names
  fi
  [[ $help ]] && return
  case "$words[2] $words[3]" in
${longestFirst(offers).map(commandCase).join('\n')}
  esac
}

if [[ $funcstack[1] == _affidavit ]]; then _affidavit "$@"; else compdef _affidavit affidavit; fi
`;
}

function commandCase(offer: Offer): string {
  const { name, operand, flags } = offer;
  const size = wordsIn(offer);
  const own = size > 1 ? '((CURRENT > 3)) || return\n    ' : '';
  const specs = [
    ...flags.map(flagSpec),
    ...(operand === undefined ? [] : [singleQuoted(`*:argument:${action(operand)}`)]),
  ];
  return `  ${size > 1 ? `'${name}'` : `${name}\\ *`})
    ${own}shift ${size} words; ((CURRENT -= ${size}))
    _arguments -s ${specs.map((spec) => `\\\n      ${spec}`).join(' ')}
    ;;`;
}

function flagSpec({ names, summary, value, isRepeatable }: OfferedFlag): string {
  const said = `[${summary.replaceAll(/[\\[\]]/g, String.raw`\$&`)}]`;
  const argument = value === undefined ? '' : `:value:${action(value)}`;
  const repeats = isRepeatable ? '*' : '';
  const excluded = isRepeatable || names.length < 2 ? '' : `(${names.join(' ')})`;
  const forms = names.map((name) => {
    if (value === undefined) return name;
    return name.startsWith('--') ? `${name}=` : `${name}+`;
  });
  return forms
    .map((form) => singleQuoted(`${excluded}${repeats}${form}${said}${argument}`))
    .join(' ');
}

/** How \`_arguments\` completes a value. */
function action({ words, path }: Value): string {
  if (path === 'after-equals') return `{_affidavit_form ${(words ?? []).join(' ')}}`;
  if (words !== undefined) return `(${words.join(' ')})`;
  if (path === undefined) return ' ';
  return path === 'directory' ? '_files -/' : '_files';
}

function items(pairs: readonly (readonly [name: string, summary: string])[]): string {
  return pairs.map(([name, summary]) => singleQuoted(`${name}:${summary}`)).join(' ');
}
