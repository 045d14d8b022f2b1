// What became of a summary of a verification, in the words of neither evidence nor a verdict of ours.

import { joined, listed, sentence, words } from '../../sentence.ts';
import { commandLine } from '../../shell-words.ts';
import type { SaidJson, SummaryReportJson } from '../summary-report.ts';
import type { Block, Line, Said } from './block.ts';
import { findingsFold } from './details.ts';
import { signatureLines } from './lines.ts';
import { distinctFaults, problemsOf } from './problems.ts';
import { SANDBOX, weakenedBanners } from './verdict.ts';

const MOST = { problems: 3, subjects: 3, properties: 4 };

export function summaryBlocks(report: SummaryReportJson): readonly Block[] {
  const { checks, findings, exitCode, weakened, sandbox, limitOfTrust, tool, repeat } = report;
  const lead = `Repeat with ${tool.name} ${tool.version}:`;
  return [
    { block: 'verdict', said: titleOf(report), exitCode },
    { block: 'banners', items: [...(sandbox ? [SANDBOX] : []), ...weakenedBanners(weakened)] },
    { block: 'problems', items: problemsOf(distinctFaults(checks)), most: MOST.problems },
    { block: 'lines', items: [...saidLines(report), ...signatureLines(report)] },
    { block: 'note', words: limitOfTrust },
    ...(repeat === undefined
      ? []
      : [{ block: 'command', label: 'repeat', lead, command: commandLine(repeat) } as const]),
    ...findingsFold(findings),
  ];
}

/** Never good in tone: that is for what was recomputed here. */
function titleOf({ answer, sandbox, signature }: SummaryReportJson): Said {
  if (signature.state === 'absent') {
    return { words: 'Unsigned summary of a verification: nobody vouches for it', tone: 'doubtful' };
  }
  if (answer === 'invalid') {
    return { words: 'Invalid summary of a verification: do not rely on it', tone: 'bad' };
  }
  const tone = { passed: 'plain', failed: 'bad', undecided: 'doubtful' } as const;
  const state = { passed: 'PASSED', failed: 'not PASSED', undecided: 'undecided' }[answer];
  const last = sandbox ? 'its signature proves nothing' : 'nothing was recomputed here';
  return {
    words: `${sandbox ? 'SANDBOX: the' : 'The'} word of a verifier: ${state}; ${last}`,
    tone: sandbox && answer === 'passed' ? 'doubtful' : tone[answer],
  };
}

function saidLines({ said, answer }: SummaryReportJson): readonly Line[] {
  if (said === undefined) return [];
  const isUnproven = answer === 'invalid' || answer === 'undecided';
  const unproven = words('nobody whom the policy allows says what follows');
  return [...(isUnproven ? [{ label: 'unproven', text: unproven }] : []), ...linesOf(said)];
}

function linesOf(said: SaidJson): readonly Line[] {
  const { verifier, result, time, resourceUri, subjects, policies, properties } = said;
  const when = time === undefined ? words('') : sentence` at ${time}`;
  const about = resourceUri === undefined ? words('this') : sentence`${resourceUri}`;
  const shown = subjects
    .slice(0, MOST.subjects)
    .map(({ name, digest }) => sentence`${name} ${digest}`);
  const left = subjects.length - shown.length;
  const more = left > 0 ? ` and ${left} more` : '';
  const names = policies.map(({ uri = '', digest = '' }) => sentence`${digest || uri}`);
  return [
    { label: 'says', text: sentence`${verifier} says that ${about} ${words(result)}${when}` },
    { label: 'about', text: [...joined(shown, ', '), more] },
    ...(names.length === 0 ? [] : [{ label: 'by policy', text: joined(names, ', ') }]),
    ...(properties.length === 0
      ? []
      : [{ label: 'verified', text: listed(properties, MOST.properties) }]),
  ];
}
