import { readFileSync } from 'node:fs';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

function schemaOf(name: string): object {
  const url = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as object;
}

export function gateSchema(): object {
  return schemaOf('gate-report');
}

let validate: ValidateFunction | undefined;

/** What the schema says against a report. */
export function gateComplaints(report: object): readonly string[] {
  validate ??= new Ajv2020({ strict: false }).addSchema(schemaOf('report')).compile(gateSchema());
  const isValid = validate(JSON.parse(JSON.stringify(report)));
  if (isValid) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
