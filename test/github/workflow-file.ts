// The workflows of docs/github and the action, as they are read.
import { parse } from 'yaml';

import { read } from '../docs/repository.ts';

export type Texts = Readonly<Record<string, string>>;

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
  readonly env?: Texts;
  readonly run?: string;
  readonly shell?: string;
}

export interface Job {
  readonly if?: string;
  readonly permissions?: Texts;
  readonly env?: Texts;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly permissions: Texts;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export const WORKFLOWS = [
  'recipe-evidence',
  'recipe-evidence-comment',
  'recipe-evidence-all',
  'sign-evidence',
] as const;
export type WorkflowName = (typeof WORKFLOWS)[number];

export function textOf(name: WorkflowName): string {
  return read(`docs/github/${name}.yml`);
}

/** YAML 1.2, in which `on` is a text. */
export function workflowIn(text: string): Workflow {
  return parse(text) as Workflow;
}

export function workflowNamed(name: WorkflowName): Workflow {
  return workflowIn(textOf(name));
}

export const ACTION = parse(read('action/action.yml')) as Action;

/** Where the workflows say that the action is; who uses them replaces it. */
export const OUR_ACTION = `OWNER/affidavit/action@${'0'.repeat(40)}`;
