import type { Fault, Finding } from '../../errors/evidence-error.ts';
import type { Tool } from '../../tool.ts';
import type { Identity } from '../../trust/trust.ts';
import type { Facts } from './facts.ts';

/** What `affidavit validate` found. */
export interface ValidationReport {
  readonly tool: Tool;
  readonly facts: Facts;
  /** What is not green, each of class `failed`. Empty: everything is green. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  /** What was written, if evidence was asked for. */
  readonly evidence?: {
    readonly path: string;
    readonly manifestDigest: string;
    readonly signer: Identity | undefined;
    readonly sandbox: boolean;
  };
}
