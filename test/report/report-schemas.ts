// Reports for other programs, compared with the schemas of others by validators of others.
import { readFileSync } from 'node:fs';

import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { expect } from 'vitest';

import { REPORT_FORMATS } from '../../src/cli/call/report-formats.ts';
import { pagesOf } from '../../src/cli/work/pages.ts';
import type { Shown } from '../../src/report/report-json.ts';
import { ROOT } from '../run-cli.ts';

export const read = pagesOf({ root: ROOT });

function textOf(name: string): string {
  return readFileSync(new URL(`../../testdata/report-schemas/${name}`, import.meta.url), 'utf8');
}

let xsd: XsdValidator | undefined;

/** What libxml2 says of it. */
export function junitComplaints(xml: string): readonly string[] {
  xsd ??= XsdValidator.fromDoc(XmlDocument.fromString(textOf('junit-4.xsd')));
  try {
    const document = XmlDocument.fromString(xml);
    try {
      xsd.validate(document);
    } finally {
      document.dispose();
    }
    return [];
  } catch (error) {
    return [String(error)];
  }
}

let isSarif: ValidateFunction | undefined;

function sarifValidator(): ValidateFunction {
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(textOf('sarif-2.1.0-rtm.5.json')) as {
    readonly $schema: string;
    readonly id: string;
  };
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(schema);
}

/** What ajv says of it; and a region has a line, which only a newer version of the schema demands. */
export function sarifComplaints(text: string): readonly string[] {
  isSarif ??= sarifValidator();
  const regions = text.match(/"region":\{(?!"startLine":\d+,)/g) ?? [];
  if (isSarif(JSON.parse(text)) && regions.length === 0) return [];
  return [
    ...regions,
    ...(isSarif.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`),
  ];
}

export async function renderedAs(format: string, report: Shown): Promise<string> {
  return (await REPORT_FORMATS.get(format)?.(report, { colour: false, width: 80 }, read)) ?? '';
}

/** Both forms of a report keep to their schemas, and show no pass if it is none. */
export async function requireForms(json: object): Promise<void> {
  const report = ('error' in json ? { stored: json } : json) as Shown;
  const junit = await renderedAs('junit', report);
  const sarif = await renderedAs('sarif', report);
  expect(junitComplaints(junit)).toEqual([]);
  expect(sarifComplaints(sarif)).toEqual([]);
  const { exitCode } = 'stored' in report ? report.stored : report;
  if (exitCode === 0) return;
  expect(junit).toMatch(/<(?:failure|error) /);
  expect(sarif).toContain('"ruleId":');
}
