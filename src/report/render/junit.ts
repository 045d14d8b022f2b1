// JUnit XML for CI: a suite for each bundle, a case for each check and each test.
import { sayNotJudged } from '../blocks/batch-blocks.ts';
import { FROM_STORED } from '../blocks/report-blocks.ts';
import type { Ending, GrowingForm } from '../growing-form.ts';
import type { ErrorJson, ReportJson } from '../report-json.ts';
import { nameOf, subjectOf } from '../subject.ts';
import { casesOf, recorded, STORED, type Case, type End } from './junit-cases.ts';
import { plain } from './plain.ts';
import { renderXml, type XmlElement } from './xml.ts';

/** Characters of a name, and of what a list shows of a message. */
const MAX_NAME = 300;

export function growJUnit(isStored: boolean): GrowingForm<Ending> {
  const names = new Names();
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return {
    head: isStored ? `<!-- ${FROM_STORED} -->\n<testsuites>` : `${declaration}<testsuites>`,
    each: ({ report }) => suiteText(report(), { names, isStored }),
    end: (all) => `${endingText(all, { names, isStored })}\n</testsuites>\n`,
  };
}

/** One suite that is all. */
export function xmlOf(
  name: string,
  cases: readonly Case[],
  properties: readonly (readonly [string, string])[],
): string {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return `${declaration}<testsuites>${suite(name, cases, properties)}\n</testsuites>\n`;
}

interface Place {
  readonly names: Names;
  readonly isStored: boolean;
}

function suiteText(report: ReportJson | ErrorJson, { names, isStored }: Place): string {
  const name = names.free(plain(subjectOf(report) ?? 'affidavit validate', MAX_NAME));
  const cases = casesOf(report);
  return suite(name, isStored ? [STORED, ...cases.map(recorded)] : cases, propertiesOf(report));
}

/** Cases that no bundle has: what was not judged. None of them passes, and only an end before its time is an error. */
function endingText({ summary }: Ending, { names, isStored }: Place): string {
  if (summary === undefined) return '';
  const { stopped } = summary;
  const late = { as: 'error', message: 'what came later was not judged', more: [] } as const;
  const ends: readonly End[] = [
    ...(stopped === undefined ? [] : [{ ...late, type: stopped }]),
    ...sayNotJudged(summary).map((message) => ({
      ...({ as: 'skipped', type: 'none', message, more: [] } as const),
    })),
  ];
  if (ends.length === 0) return '';
  const cases = ends.map((end): Case => ({ group: 'summary', name: 'all inputs are judged', end }));
  const properties = ends.map(({ message }) => ['not judged', message] as const);
  const shown = isStored ? [STORED, ...cases.map(recorded)] : cases;
  return suite(names.free('affidavit'), shown, properties);
}

function propertiesOf(report: ReportJson | ErrorJson): readonly (readonly [string, string])[] {
  if ('error' in report) return [];
  const { recipe, exitCode, tool, limitOfTrust } = report;
  const { signer, bundle, root } = 'verdict' in report ? report : {};
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['exit code', `${exitCode}`],
    ['tool', `${tool.name} ${tool.version}`],
    ['recipe', recipe && `${recipe.name} ${recipe.digest}`],
    ['manifest', bundle?.manifestDigest],
    ['signer', signer && nameOf(signer)],
    ['trusted root', root?.digest],
    ['limit of trust', limitOfTrust],
  ];
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function suite(
  name: string,
  cases: readonly Case[],
  properties: readonly (readonly [string, string])[],
): string {
  const count = (as: End['as']): string => `${cases.filter(({ end }) => end?.as === as).length}`;
  const names = new Names();
  const listed = properties.map(([key, value]) => ({
    name: 'property',
    attributes: { name: key, value: plain(value) },
  }));
  const element = renderXml({
    name: 'testsuite',
    attributes: {
      ...{ name, tests: `${cases.length}`, failures: count('failure') },
      ...{ errors: count('error'), skipped: count('skipped') },
    },
    content: [
      ...(listed.length === 0 ? [] : [{ name: 'properties', attributes: {}, content: listed }]),
      ...cases.map((each) => caseElement(each, name, names)),
    ],
  });
  return `\n${element}`;
}

/** GitLab shows the class and not the suite, and of several cases with the same names only the first. */
function caseElement({ group, name, end }: Case, suiteName: string, names: Names): XmlElement {
  const classname = `${suiteName}: ${group}`;
  const own = names.free(`${group}: ${plain(name, MAX_NAME)}`).slice(group.length + 2);
  const content = end === undefined ? [] : [endElement(end)];
  return { name: 'testcase', attributes: { classname, name: own }, content };
}

/** The schema gives a skipped case no attributes, and not every program shows those of the others. */
function endElement({ as, type, message, more }: End): XmlElement {
  const attributes =
    as === 'skipped' ? {} : { type: plain(type), message: plain(message, MAX_NAME) };
  return { name: as, attributes, content: [message, ...more].join('\n') };
}

/** Gives a name that is there already a number. */
class Names {
  readonly #used = new Map<string, number>();

  free(name: string): string {
    let number = this.#used.get(name) ?? 1;
    let free = name;
    while (this.#used.has(free)) {
      number += 1;
      free = `${name} (${number})`;
    }
    this.#used.set(name, number);
    if (free !== name) this.#used.set(free, 1);
    return free;
  }
}
