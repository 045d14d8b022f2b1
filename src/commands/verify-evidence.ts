import { inGroup, type Command } from '../cli/call/command.ts';
import { JUDGE_FLAG, MISSING_SCT_FLAG } from '../cli/call/judge-flags.ts';
import { ALLOW_TAG_FLAG, PLACE_FLAGS, REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';
import { VERIFY_REPORT_FLAGS } from '../cli/call/report-flags.ts';
import { RUN_FLAGS } from '../cli/call/run-flags.ts';
import { SUMMARY_FLAGS } from '../cli/call/summary-flags.ts';
import { TRUST_ROOT_FLAGS } from '../cli/call/trust-flags.ts';

const COMMAND = {
  summary: 'Check that evidence is what its signer says it is.',

  description: [
    'Recomputes everything in the bundle that can be recomputed, and compares each claim with it. Makes no network call, unless INPUT is in a registry: then it is fetched by its digest, with what is attached to it, and nothing is written anywhere.',
    'A VSA or SVR as the only INPUT is compared with the verifiers of --policy; it says what a verifier says, and nothing is recomputed.',
    'Exit codes: 0 verified, by the signer that was named, and everything is green; 1 intact, but not green; 2 invalid; 3 not judged; 4 you have to decide (unsigned, nobody said who should have signed, older than the policy allows, another recipe than yours, or a run that is doubtful); 64 called wrongly; 130 interrupted.',
  ].join('\n\n'),

  usage: `verify-evidence INPUT... [--from FILE|-] [--jobs N] [--shard I/N] [--fail-fast]
  [--bundle PATH]
  [--attestation sha256:HEX] [--location HOST/REPOSITORY...] [--allow-tag]
  [--registry HOST...] [--registry-ca FILE]
  [--trusted-root FILE] [--trust-cache] [--tuf-root FILE]
  [--certificate-identity IDENTITY --certificate-oidc-issuer URL | --policy FILE]
  [--public-key FILE] [--certificate-identity-type TYPE] [--at TIME]
  [--recipe FILE | --recipes DIR] [--revealed R] [--max-run-span DURATION]
  [--format NAME[=PATH]...] [--output FILE] [--offline]
  [--emit-vsa FILE] [--emit-svr FILE] [--verifier-id URI] [--resource-uri URI] [--force]
  [--sign] [--sandbox] [--identity-token TOKEN] [--login browser|device] [--oidc-issuer URL]
  [--oidc-client-id ID] [--oidc-redirect-url URL] [--yes] [--key FILE]
  [--signing-config FILE] [--ca-certificates FILE]
  [--judge both|own] [--allow-missing-sct] [--allow-unsigned]
  [--logs PATH] [--accept-claimed | --require-recomputed]`,

  examples: [
    {
      run: 'affidavit verify-evidence evidence.tar.gz --certificate-identity you@example.com --certificate-oidc-issuer https://github.com/login/oauth',
      does: 'Verify evidence, and that you signed it.',
    },
    {
      run: 'affidavit verify-evidence evidence.tar.gz --policy signers.json --format markdown --format json=report.json',
      does: 'Verify it by a policy, with a report for people and one for programs.',
    },
    {
      run: 'affidavit verify-evidence recipes/evidence/h100-eks-training.yaml --policy signers.json',
      does: 'Fetch what a pointer leads to, and verify it.',
    },
    {
      run: 'affidavit verify-evidence evidence/ --policy signers.json',
      does: 'Verify all bundles below a directory.',
    },
  ],

  args: {
    input:
      'A bundle: a .tar.gz, a directory of one or of many, or - for a .tar.gz in standard input; or an artifact: oci://HOST/REPOSITORY@sha256:HEX, a pointer, or LAYOUT[@sha256:HEX], an OCI image layout.',
  },

  variadic: true,
  unread: ['emit-vsa', 'emit-svr'],
  instead: 'from',

  flags: {
    ...inGroup('many', {
      from: {
        type: 'text',
        helpValue: 'FILE',
        summary: 'Verify also what the lines of this file name; - is standard input.',
      },
      jobs: {
        type: 'number',
        helpValue: 'N',
        min: 1,
        max: 256,
        summary: 'Threads for many bundles; by default one for each processor. 1: none.',
      },
      shard: {
        type: 'text',
        helpValue: 'I/N',
        summary: 'Verify only the I-th of N shares of the inputs; report merge joins the reports.',
      },
      'fail-fast': {
        type: 'switch',
        summary: 'Stop at the first that is not verified.',
      },
    }),
    bundle: {
      type: 'text',
      helpValue: 'PATH',
      summary:
        'The bundle on disk that INPUT, a pointer, leads to, which is not fetched then; the two must agree.',
    },
    recipe: {
      type: 'text',
      char: 'r',
      helpValue: 'FILE',
      summary: 'Resolved recipe, YAML, that the evidence must be of; a difference is exit 4.',
    },
    recipes: {
      type: 'text',
      helpValue: 'DIR',
      exclusive: ['recipe'],
      summary:
        "AICR's recipes, in which that of the evidence is resolved again; a difference is exit 4.",
    },
    logs: {
      type: 'text',
      helpValue: 'PATH',
      summary: 'Compare these logs, an archive or a directory, with those of the evidence.',
    },
    revealed: {
      type: 'text',
      helpValue: 'R',
      summary: 'Values that evidence reveal wrote: prove that they were withheld, and use them.',
    },
    'accept-claimed': {
      type: 'switch',
      exclusive: ['require-recomputed'],
      summary: 'Take a claim for enough where a redaction withholds what the recipe demands.',
    },
    'require-recomputed': {
      type: 'switch',
      summary: 'Demand that nothing is only claimed, also what the recipe does not demand.',
    },
    ...RUN_FLAGS,
    offline: {
      type: 'switch',
      summary: 'Block every connection, so that none can be made by mistake.',
    },
    ...inGroup('registry', {
      ...PLACE_FLAGS,
      ...ALLOW_TAG_FLAG,
      ...REGISTRY_FLAGS,
    }),
    ...inGroup('signer', {
      'certificate-identity': {
        type: 'text',
        helpValue: 'IDENTITY',
        summary: 'Who must have signed (exact match); with --certificate-oidc-issuer.',
      },
      'certificate-oidc-issuer': {
        type: 'text',
        helpValue: 'URL',
        summary: 'The OIDC issuer that vouches for the identity (exact match).',
      },
      'certificate-identity-type': {
        type: 'choice',
        helpValue: 'TYPE',
        options: ['uri', 'email', 'other'],
        summary: 'Type of the identity; a user name (other) is accepted only if this says so.',
        dependsOn: ['certificate-identity'],
      },
      'public-key': {
        type: 'text',
        helpValue: 'FILE',
        exclusive: ['certificate-identity', 'certificate-oidc-issuer', 'policy'],
        summary: 'The key that must have signed, in PEM, for evidence that is signed with a key.',
      },
      policy: {
        type: 'text',
        helpValue: 'FILE',
        summary:
          'File that says who may sign, when and for what: JSON, or the allowlist.yaml of AICR.',
        exclusive: ['certificate-identity', 'certificate-oidc-issuer'],
      },
      at: {
        type: 'text',
        helpValue: 'TIME',
        summary:
          'What time it is for a policy that limits the age (RFC 3339, UTC); by default now.',
        dependsOn: ['policy'],
      },
      'allow-unsigned': {
        type: 'switch',
        summary: 'Judge evidence without a signature as if its signer were named.',
      },
    }),
    ...inGroup('trust', {
      ...TRUST_ROOT_FLAGS,
      ...JUDGE_FLAG,
      ...MISSING_SCT_FLAG,
    }),
    ...inGroup('report', VERIFY_REPORT_FLAGS),
    ...inGroup('summary', SUMMARY_FLAGS),
  },

  documents: (options) => {
    const inputs = options.texts('input');
    // Threads judge many, so that this process hears signals.
    if (inputs.length !== 1 || options.has('from')) return [];
    const revealed = options.text('revealed');
    return [options.text('bundle') ?? inputs, revealed ?? []].flat();
  },
  load: async () => (await import('../cli/work/run-verify.ts')).runVerify,
} satisfies Command;

export default COMMAND;

/** The flags of another command that verifies, and those that it leaves out; its reports are its own. */
export function judgingWithout(...others: readonly string[]): Pick<Command, 'flags' | 'absent'> {
  const absent = [...others, ...Object.keys({ ...VERIFY_REPORT_FLAGS, ...SUMMARY_FLAGS })];
  const flags = Object.entries(COMMAND.flags).filter(([name]) => !absent.includes(name));
  return { flags: Object.fromEntries(flags), absent };
}
