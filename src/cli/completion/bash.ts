import { ASIDES, byFirstWord, longestFirst, type Offer, type Value } from './offer.ts';

/** What is completed, and after what. For bash, = and : are words of their own. */
const READ_WORDS = `  local IFS=$' \\t\\n' at=1 words= flags= kind=none path
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $cur == : || $prev == : ]]; then compopt +o default 2>/dev/null; return; fi
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for path in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do if [[ $path == -- ]]; then return; fi; done
  if ((COMP_CWORD > 1)) && [[ \${COMP_WORDS[1]} == help ]]; then at=2; fi
  local first=\${COMP_WORDS[at]} second=\${COMP_WORDS[at+1]}`;

const OFFER = `  if [[ $cur == -* ]]; then words=$flags; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  case $kind in
  file)
    if ((\${#COMPREPLY[@]})) && [[ $cur != -* ]]; then
      while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -f -- "$cur")
      compopt -o filenames 2>/dev/null
    fi
    ;;
  directory) compopt -o dirnames +o default 2>/dev/null ;;
  *) compopt +o default 2>/dev/null ;;
  esac
  return 0`;

/**
 * For bash 3.2 and newer, without any package. Files are completed by readline itself, where nothing else is offered: it
 * quotes their names.
 */
export function bashScript(offers: readonly Offer[]): string {
  const names = byFirstWord(offers);
  const groups = [...names].filter(([, { size }]) => size > 0);
  return `# Completion of affidavit for bash, made by: affidavit completion bash
_affidavit() {
${READ_WORDS}
  if ((COMP_CWORD == at)); then
    words=${list([...names.keys(), ...Object.keys(ASIDES)])} first= flags='--help --version'
  elif ((COMP_CWORD == at + 1)); then
    second=
    case $first in
${groups.map(([first, seconds]) => `    ${first}) words=${list([...seconds.keys()])} ;;`).join('\n')}
    esac
  fi
  if ((at == 2)); then first=; fi
  case "$first $second" in
${longestFirst(offers).map(commandCase).join('\n')}
  esac
${OFFER}
}
complete -o default -F _affidavit affidavit
`;
}

function commandCase({ name, operand, flags }: Offer): string {
  const words = operand?.words === undefined ? '' : ` words=${list(operand.words)}`;
  const known = flags.flatMap(({ names, value }) =>
    value === undefined ? [] : [`    ${names.join('|')}) flags= ${given(value)} ;;\n`],
  );
  return `  ${name.includes(' ') ? `'${name}'` : `${name}\\ *`})
    kind=${operand?.path ?? 'none'}${words} flags=${list(flags.flatMap(({ names }) => names.filter((each) => each.startsWith('--'))))}
    case $prev in
${known.join('')}    esac
    ;;`;
}

function given({ words = [], path }: Value): string {
  // What is after a second = goes to readline.
  const kind = path === 'after-equals' && words.length > 0 ? 'none' : (path ?? 'none');
  return `kind=${kind === 'after-equals' ? 'file' : kind} words=${list(words)}`;
}

/** None of these words has a blank or a sign that a shell reads. */
function list(words: readonly string[]): string {
  return `'${words.join(' ')}'`;
}
