// Every test and every log, with a field to search them.
import { durationText } from '../../duration.ts';
import { counted, sentence, words } from '../../sentence.ts';
import { sayTest } from '../blocks/states.ts';
import { textIn, visibleLine } from '../render/bundle-files.ts';
import type { FactsJson, PhaseJson, TestJson } from '../report-json.ts';
import { lineHtml, saidHtml, type Look } from './block-html.ts';
import type { PageContents, PageLog, PhaseRun } from './contents.ts';
import { asIs, html, type Html, type Part } from './html.ts';

/** Undefined if there is none. */
export function testsHtml({ phases = [] }: FactsJson, look: Look, contents?: PageContents): Part {
  if (phases.every(({ tests }) => tests.length === 0)) return undefined;
  const groups = phases.map((phase) => phaseHtml(phase, look, contents?.runs.get(phase.phase)));
  return html`${searchHtml('tests')}${groups}`;
}

function phaseHtml(result: PhaseJson, look: Look, run: PhaseRun | undefined): Part {
  const { phase, tests, missing } = result;
  const rows = tests.map((test, index) => ({ test, duration: run?.durations[index] ?? 0 }));
  // Where somebody looks first: what did not pass.
  const sorted = rows.toSorted((a, b) => rankOf(a.test) - rankOf(b.test));
  const gone = missing.map((name) =>
    lineHtml(sentence`no test is named after the check ${name}`, look),
  );
  if (tests.length + missing.length === 0) return undefined;
  return html`<h3>${phase}</h3>
    <ul class="rows">
      ${gone.map((line) => html`<li class="row">${line}</li>`)}${sorted.map(({ test, duration }) =>
        testHtml(test, duration, look),
      )}
    </ul>`;
}

function rankOf({ status }: TestJson): number {
  return status === 'passed' ? 2 : Number(status === 'skipped');
}

/** One line of it: ten thousand of them are on a page. */
function testHtml(test: TestJson, duration: number, look: Look): Html {
  const { name, status, message, flaky, image } = test;
  const time =
    duration === 0 ? undefined : asIs` <span class="soft">${durationText(duration)}</span>`;
  const more = [
    ...((message ?? '') === '' ? [] : [sentence`${message ?? ''}`]),
    ...(flaky === undefined ? [] : [words(`flaky: ${flaky}`)]),
    ...(image === undefined ? [] : [sentence`from ${image}`]),
  ].map((line) => asIs`<p>${lineHtml(line, look)}</p>`);
  return asIs`<li class="row">${saidHtml(sayTest(status), look)} ${lineHtml(sentence`${name}`, look)}${time}${more}</li>
`;
}

function searchHtml(what: 'tests' | 'logs'): Html {
  return html`<div class="search" role="search" aria-label="Search the ${what}" hidden>
    <label for="search-${what}">Search the ${what}</label>
    <input id="search-${what}" type="search" autocomplete="off" spellcheck="false" />
    <output for="search-${what}" aria-live="polite"></output>
  </div>`;
}

export function logsHtml(logs: readonly PageLog[], look: Look): Html {
  const left = logs.filter(({ start, size }) => start.length < size).length;
  const cut = left === 0 ? '' : `; ${left} of them cut, since a page has room for so much`;
  return html`<p class="note">${lineHtml(words(`${counted(logs.length, 'log')}${cut}.`), look)}</p>
    ${searchHtml('logs')}${logs.map(logHtml)}`;
}

function logHtml({ path, size, start }: PageLog): Html {
  const text = textIn(start, start.length < size);
  const shown =
    text === undefined ? 'This is no text.' : text.split('\n').map(visibleLine).join('\n');
  const left = size - start.length;
  const more =
    left === 0
      ? undefined
      : asIs`<p class="note">and ${counted(left, 'more byte')}, not shown.</p>`;
  return asIs`<details class="row"><summary><code>${path}</code> <span class="soft">${counted(size, 'byte')}</span></summary><pre tabindex="0">
${shown}</pre>${more}</details>
`;
}
