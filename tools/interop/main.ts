// Proof with the real programs: installs Fulcio, Rekor, a timestamp authority, cosign and sigstore-python, and
// has each sign and verify what the others signed. Compares what it found with docs/interop.md.
//   --update     writes docs/interop.md
//   --reports    only shows reports in a browser, in HTML and as GitHub does; with --update, writes that section and
//                takes the pictures in docs/images
//   --terminals  only completes words in zsh and fish, and shows what is printed in tmux; with --update, writes that section
//   --workflows  only has actionlint and zizmor judge our workflows and the action
//   --rekor-v1   also runs a real Rekor v1, with Trillian on MariaDB
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { askAboutCases } from './ask-about-cases.ts';
import type { Place } from './commands.ts';
import { proveCompletions } from './completions.ts';
import { photographHtml, proveHtml } from './html-pages.ts';
import {
  proveMissingSct,
  refuseOldStatement,
  signWithKeyFile,
  signWithPlugin,
} from './keys-and-flags.ts';
import { openLoginProvider } from './login-provider.ts';
import { proveLogins, type LoginRow } from './logins.ts';
import { comparePage, compareSection, writePage, writeSection, type Terminals } from './page.ts';
import { RUNS, hasGo, installPrograms } from './programs.ts';
import { startRealSigstore } from './real-sigstore.ts';
import { proveRegistries } from './registry-proof.ts';
import { proveReports } from './report-pages.ts';
import { Report, type Table } from './report.ts';
import {
  KIND_NAMES,
  inSandbox,
  refuseEarlyToken,
  signWithAffidavit,
  signWithConformance,
  signWithCosign,
  signWithPython,
  type SignedRow,
} from './signing.ts';
import type { EvidenceKind, Sigstore } from './sigstore.ts';
import { proveWidths } from './widths.ts';
import { proveWorkflowFiles } from './workflow-files.ts';
import { WORKFLOW_CLAIMS, proveWorkflow } from './workflow.ts';

const { values: options } = parseArgs({
  options: {
    update: { type: 'boolean', default: false },
    reports: { type: 'boolean', default: false },
    terminals: { type: 'boolean', default: false },
    workflows: { type: 'boolean', default: false },
    'rekor-v1': { type: 'boolean', default: false },
  },
});

// An exit of our own, so that the servers end too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

if (options.reports) {
  const report = new Report();
  await proveReports(report, options.update);
  const pages = await proveHtml(report);
  if (options.update) {
    writeSection({ pages });
    await photographHtml();
  } else {
    compareSection(report, { pages });
  }
  end(report);
} else if (options.terminals) {
  const report = new Report();
  const terminals = await proveTerminals(report);
  if (options.update) writeSection({ terminals });
  else compareSection(report, { terminals });
  end(report);
} else if (await hasGo()) {
  if (options.workflows) await lintWorkflows();
  else await main();
} else {
  console.log('FAILED interop needs Go: install it, and run the same command again');
  end({ passed: 0, failed: 1 });
}

function end({ passed, failed }: Pick<Report, 'passed' | 'failed'>): void {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function main(): Promise<void> {
  const report = new Report();
  await installPrograms(options['rekor-v1']);
  rmSync(RUNS, { recursive: true, force: true });
  mkdirSync(RUNS, { recursive: true });
  const real = await signForReal(report);
  const signed = [...real.signed, ...(await signInSandbox(report))];
  const pages = await proveHtml(report);
  const terminals = await proveTerminals(report);
  const found = { ...real, signed, pages, terminals, ...(await askAboutCases(report)) };
  if (options.update) writePage(found);
  else comparePage(report, found, options['rekor-v1']);
  await proveReports(report, false);
  await proveWorkflowFiles(report);
  end(report);
}

async function lintWorkflows(): Promise<void> {
  const report = new Report();
  await proveWorkflowFiles(report);
  end(report);
}

async function proveTerminals(report: Report): Promise<Terminals> {
  return { completions: await proveCompletions(report), widths: await proveWidths(report) };
}

/** What was signed with the real services. */
interface SignedForReal {
  readonly signed: readonly SignedRow[];
  readonly logins: readonly LoginRow[];
  readonly registries: Table;
}

/** Each signs with the real services. */
async function signForReal(report: Report): Promise<SignedForReal> {
  const directory = join(RUNS, 'real');
  const provider = await openLoginProvider();
  const real = await startRealSigstore(directory, options['rekor-v1'], provider.issuer);
  const placeOf = (sigstore: Sigstore, kind: EvidenceKind, folder: string): Place => {
    mkdirSync(join(directory, folder));
    return { name: 'real services', sigstore, kind, directory: join(directory, folder) };
  };
  try {
    const signed: SignedRow[] = [];
    for (const kind of KIND_NAMES) {
      if (real.usual.configs[kind] === undefined) continue;
      const place = placeOf(real.usual, kind, kind);
      signed.push(await signWithAffidavit(report, place));
      signed.push(await signWithCosign(report, place));
      signed.push(await signWithPython(report, place));
      await refuseOldStatement(report, place);
      await signWithKeyFile(report, place);
      await signWithPlugin(report, place);
    }
    await proveMissingSct(report, placeOf(real.withoutCtLog, 'v2-tsa', 'missing-sct'));
    const place = placeOf(real.workflows, 'v2-tsa', 'workflow');
    await inSandbox(join(RUNS, 'sandbox-workflow'), async (sigstore) => {
      const { identity } = real.workflows;
      const token = (): string => sigstore.token(WORKFLOW_CLAIMS);
      const sandbox = { ...place, sigstore: { ...sigstore, identity, token } };
      await proveWorkflow(report, place, { ...sandbox, directory: join(RUNS, 'sandbox-workflow') });
    });
    const registries = await proveRegistries(
      report,
      placeOf(real.usual, 'v2-tsa', 'in-registries'),
    );
    const login = placeOf(real.usual, 'v2-tsa', 'login');
    return { signed, registries, logins: await proveLogins(report, login, provider) };
  } finally {
    provider.close();
    await real.close();
  }
}

/** Each signs in a sandbox of its own, so that its entry is the first of a log; cosign also the second. */
async function signInSandbox(report: Report): Promise<readonly SignedRow[]> {
  const rows: SignedRow[] = [];
  for (const kind of KIND_NAMES) {
    for (const sign of [signWithAffidavit, signWithCosign, signWithPython]) {
      const directory = join(RUNS, 'sandbox', kind, sign.name);
      await inSandbox(directory, async (sigstore) => {
        const place = { name: 'sandbox', sigstore, kind, directory };
        rows.push(await sign(report, { ...place, name: 'sandbox, first entry' }));
        if (sign !== signWithCosign) return;
        rows.push(await sign(report, place));
        await refuseEarlyToken(report, place);
        await signWithConformance(report, place);
        await signWithKeyFile(report, place);
      });
    }
  }
  return rows;
}
