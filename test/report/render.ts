// The reports of what the commands found, as people read them.
import type { ValidationReport } from '../../src/evidence/validate/facts.ts';
import type { VerificationReport } from '../../src/evidence/verify/verify-evidence.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/render/markdown.ts';
import type { Terminal } from '../../src/report/render/terminal-lines.ts';
import { renderTerminal } from '../../src/report/render/terminal.ts';

interface Repeat {
  /** The words of the command. */
  readonly repeat?: readonly string[];
}

export function renderVerificationMarkdown(report: VerificationReport, call?: Repeat): string {
  return renderMarkdown(verificationJson(report, call));
}

export function renderValidationMarkdown(report: ValidationReport, call?: Repeat): string {
  return renderMarkdown(validationJson(report, call));
}

export function renderVerificationTerminal(
  report: VerificationReport,
  { repeat, ...terminal }: Terminal & Repeat,
): string {
  return renderTerminal(verificationJson(report, repeat && { repeat }), terminal);
}

export function renderValidationTerminal(
  report: ValidationReport,
  { repeat, ...terminal }: Terminal & Repeat,
): string {
  return renderTerminal(validationJson(report, repeat && { repeat }), terminal);
}
