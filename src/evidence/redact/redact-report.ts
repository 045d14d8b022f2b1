// What a minimal bundle keeps of a CTRF report: AICR's allow-list, what says that a test is flaky, the
// times, and the lines with figures. docs/format.md, section "Redaction".

import { digestOf } from '../../digest.ts';
import { isDataList, isDataMap, mapIn, scalarText, type Data } from '../../document/data.ts';
import { wholeToken } from '../../document/text.ts';
import { figureLines } from '../figure/printed-lines.ts';
import type { ConstraintDialect, Recipe } from '../recipe/recipe.ts';
import { UNHEARD, tellMissing, type Place, type Withhold } from './withheld.ts';

/** What is kept of a value, and of what it is in. */
type Rule =
  | ((data: Data, map: Data, dialect: ConstraintDialect) => Data | undefined)
  | { readonly fields: Readonly<Record<string, Rule>> }
  | { readonly each: Rule };

/** The group of what is at the top. */
const HEADER = 'header';

const SCALAR: Rule = (data) => (scalarText(data) === undefined ? undefined : data);
const NONE: Rule = () => undefined;

/** A boolean or a number, as it is or as a text. */
const SHORT: Rule = (data) => (/^[-+.\w]{1,20}$/.test(scalarText(data) ?? '') ? data : undefined);

const texts =
  (form: RegExp): Rule =>
  (data) =>
    typeof data === 'string' && form.test(data) ? data : undefined;

const DIGEST = texts(/^[0-9a-f]{64}$/);
const COUNT = texts(/^[0-9]{1,5}$/);

/** A runner's own word for a status; of any other text only whether it says that the test failed. */
const STATUS: Rule = (data) => {
  const text = scalarText(data) ?? '';
  if (/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(text)) return data;
  return /fail/i.test(text) ? 'failed' : undefined;
};

/** `sha256:…`; one that is hashed already stays. The empty text is none, and its digest would make it one. */
const HASHED: Rule = (data) => {
  const text = scalarText(data) ?? '';
  const digest = /^sha256:[0-9a-f]{64}$/.test(text) ? text : digestOf(text);
  return digest === digestOf('') ? undefined : digest;
};

const SUITE: Rule = (data) => {
  if (isDataList(data)) return data.filter((item) => typeof item === 'string');
  return scalarText(data) === undefined ? undefined : data;
};

const FIGURES: Rule = (data, test, dialect) => {
  const name = scalarText(mapIn(test).get('name')) ?? '';
  const pieces = (isDataList(data) ? data : [data]).filter((item) => typeof item === 'string');
  const lines = figureLines(name, pieces, dialect);
  return lines.length === 0 ? undefined : lines;
};

const PART: Rule = { each: { fields: { status: STATUS } } };

/** The values of AICR's version 4; `image` is that of the validator. */
const EXTRA: Rule = {
  fields: {
    nodesValidated: COUNT,
    nodesTotal: COUNT,
    skipReason: texts(
      /^(?:no-gpu-nodes|no-schedulable-gpu-nodes|nodes-busy|named-in-skip-checks)$/,
    ),
    runtimeSource: texts(/^(?:delivered-artifact|recipe-supplied-runtime|cluster-capability)$/),
    image: SCALAR,
  },
};

const TEST: Rule = {
  fields: {
    ...{
      name: SCALAR,
      status: SCALAR,
      duration: SCALAR,
      suite: SUITE,
      start: SCALAR,
      stop: SCALAR,
    },
    ...{ flaky: SHORT, retries: SHORT, rawStatus: STATUS, retryAttempts: PART, steps: PART },
    ...{ extra: EXTRA, stdout: FIGURES, message: NONE, trace: NONE },
    runtimeProvenance: { fields: { shippedDigest: DIGEST, derivedDigest: DIGEST } },
  },
};

const COUNTS = ['tests', 'passed', 'failed', 'skipped', 'pending', 'other', 'start', 'stop'];

const REPORT: Rule = {
  fields: {
    ...scalars('reportFormat', 'specVersion', 'timestamp', 'generatedBy'),
    results: {
      fields: {
        tool: { fields: scalars('name', 'version') },
        summary: { fields: scalars(...COUNTS) },
        tests: { each: TEST },
        environment: {
          fields: {
            ...scalars('appName', 'appVersion', 'testEnvironment'),
            extra: { fields: { clusterUid: HASHED, serverVersion: SCALAR } },
          },
        },
      },
    },
  },
};

function scalars(...names: readonly string[]): Readonly<Record<string, Rule>> {
  return Object.fromEntries(names.map((name) => [name, SCALAR]));
}

/** What is kept of each test beyond AICR's allow-list. */
export const REPORT_KEEPS = [
  ...[
    'extra.image',
    'flaky',
    'rawStatus',
    'retries',
    'retryAttempts.status',
    'start',
    'steps.status',
  ],
  ...['stdout: lines with figures', 'stop'],
].map((name) => `results.tests.${name}`);

/** A CTRF report with what the policy keeps and nothing else. */
export function redactReport(
  report: Data,
  { dialect }: Pick<Recipe, 'dialect'>,
  withhold: Withhold = UNHEARD,
): Data {
  const place = { group: HEADER, path: '', map: report, dialect, withhold };
  return apply(REPORT, report, place) ?? new Map<string, Data>();
}

interface PlaceInMap extends Place {
  /** What the value is in. */
  readonly map: Data;
  /** Of the recipe. */
  readonly dialect: ConstraintDialect;
}

function apply(rule: Rule, data: Data, place: PlaceInMap): Data | undefined {
  if ('each' in rule && isDataList(data)) {
    return data.map((item, index) => {
      const kept = apply(rule.each, item, { ...place, path: `${place.path}/${index}` });
      return kept ?? new Map<string, Data>();
    });
  }
  if ('fields' in rule && isDataMap(data)) return applyFields(rule.fields, data, place);
  const kept = typeof rule === 'function' ? rule(data, place.map, place.dialect) : undefined;
  tellMissing(data, kept, place);
  return kept;
}

/** A field that has no rule is withheld, and counted with those that it is among. */
function applyFields(
  rules: Readonly<Record<string, Rule>>,
  map: ReadonlyMap<string, Data>,
  place: PlaceInMap,
): Data | undefined {
  const kept = new Map<string, Data>();
  for (const [key, value] of map) {
    const isKnown = Object.hasOwn(rules, key);
    const path = place.withhold === UNHEARD ? '' : `${place.path}/${wholeToken(key)}`;
    const known = place.group === HEADER ? key : `${place.group}.${key}`;
    const rule = isKnown ? (rules[key] ?? NONE) : NONE;
    const group = isKnown ? known : place.group;
    const left = apply(rule, value, { ...place, group, path, map });
    if (left !== undefined) kept.set(key, left);
  }
  return kept.size === 0 ? undefined : kept;
}
