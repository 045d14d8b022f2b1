/**
 * Files that `./dev check` runs and `./dev test` leaves out: whole runs, and much work for what little of it can break alone.
 * What each of them is about has cheaper tests that `./dev test` runs.
 */
export const CHECK_ONLY: readonly string[] = [
  // Counting: work and memory that grow with the input.
  'test/memory/memory.test.ts',
  'test/work/work.test.ts',
  // Processes that are killed or interrupted, and people who log in, by each way.
  'test/commands/sandbox.test.ts',
  'test/e2e/emit-crash.test.ts',
  'test/e2e/evidence-interrupt.test.ts',
  'test/e2e/evidence-resume.test.ts',
  'test/e2e/login.test.ts',
  'test/e2e/signals.test.ts',
  'test/io/oidc/browser-login.test.ts',
  // Other programs: git that clones, npm that installs, a compiler, workflows as GitHub runs them.
  'test/cli/compiled-code.test.ts',
  'test/e2e/conformance.test.ts',
  'test/gate/changed-in-git.test.ts',
  'test/github/action.test.ts',
  'test/github/recipe-evidence.test.ts',
  'test/github/sign-evidence.test.ts',
  'test/io/git/hardening.test.ts',
  'test/io/git/partial-clones.test.ts',
  'test/io/git/policy-at.test.ts',
  'test/io/sigstore/kms-credential.test.ts',
  'test/library/consumer.test.ts',
  'test/library/node.test.ts',
  'test/library/registry.test.ts',
  // Each example, each step of a guide, each command with each kind of file, each published vector.
  'test/commands/examples.test.ts',
  'test/docs/gate-guides.test.ts',
  'test/docs/worked-example.test.ts',
  'test/e2e/vectors/vectors.test.ts',
  'test/e2e/wrong-kinds.test.ts',
  // Whole commands, whose parts have tests of their own: keys, redaction, many bundles, signing what was packed before.
  'test/e2e/evidence-sign.test.ts',
  'test/e2e/keys.test.ts',
  'test/e2e/openings.test.ts',
  'test/e2e/redaction.test.ts',
  'test/e2e/verify-inventory.test.ts',
  'test/e2e/verify-many.test.ts',
  'test/e2e/verify-transport.test.ts',
  'test/evidence/redact/commitments.test.ts',
  'test/oci/evidence-publish-signatures.test.ts',
  'test/oci/evidence-signed-before.test.ts',
  // The gate on whole repositories.
  'test/gate/bad-input.test.ts',
  'test/gate/evidence-for-nodes.test.ts',
  'test/gate/gaps.test.ts',
  'test/gate/gate-demo.test.ts',
  'test/gate/old-evidence.test.ts',
  // Inputs and reports of the size of the limits.
  'test/e2e/verify-limits.test.ts',
  'test/evidence/lint/many-mistakes.test.ts',
  'test/report/gate-forms.test.ts',
  'test/report/many-html.test.ts',
  // Services that fail, or lie, at each of their answers.
  'test/e2e/evidence-services.test.ts',
  'test/io/oci/broken.test.ts',
  'test/io/sigstore/dishonest-services.test.ts',
  'test/oci/evidence-publish-broken.test.ts',
  // Each edit of a signed bundle; of one kind of signature `./dev test` tries them too.
  'test/trust/edits/both-logs.test.ts',
  'test/trust/edits/key-rekor-v2.test.ts',
  'test/trust/edits/rekor-v1-timestamp.test.ts',
  'test/trust/edits/rekor-v1.test.ts',
  'test/trust/library-certificate.test.ts',
];
