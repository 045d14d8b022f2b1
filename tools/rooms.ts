// Rooms and arrows: what each folder of src may import. docs/architecture.md draws this table, and
// `oxlint.rooms.json` is made from it: `node tools/rooms.ts`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { lintRules, type Rooms } from './room-rules.ts';

/** What works with recipes and their constraints. */
const OF_RECIPES = [
  'errors',
  'document',
  'evidence/aicr',
  'evidence/recipe',
  'evidence/constraint',
] as const;

/** What judges, and states what was judged. */
const OF_JUDGING = [
  'evidence/phase',
  'evidence/recipe',
  'evidence/snapshot',
  'evidence/constraint',
  'evidence/figure',
  'evidence/redact',
  'evidence/bom',
] as const;

/** What works with all parts of a bundle. */
const OF_BUNDLES = [
  'errors',
  'document',
  'archive',
  'manifest',
  'trust',
  'attestation',
  'pointer',
  'bom',
  'evidence/pointer',
  'evidence/phase',
  'evidence/snapshot',
  'evidence/constraint',
  'evidence/redact',
  'evidence/bom',
  'evidence',
  'evidence/claim',
  'evidence/dialect',
  'evidence/validate',
] as const;

/** What shows reports. */
const REPORTS = ['report', 'report/render', 'report/html'] as const;

/**
 * From the lowest to the highest: no room imports one below it in this list, and every arrow is used.
 */
export const ROOMS: Rooms = {
  errors: { rooms: [] },
  document: { rooms: ['errors'] },
  der: { rooms: [] },
  archive: { rooms: ['errors'], packages: ['tar-stream'] },
  manifest: { rooms: ['errors', 'document', 'archive'] },
  statement: { rooms: ['document'] },
  trust: { rooms: ['errors', 'document', 'der'] },
  'trust/judge': { rooms: ['errors', 'document', 'der', 'trust'] },
  'trust/library': { rooms: ['trust'], packages: ['@sigstore/core', '@sigstore/verify'] },
  'trust/verify': { rooms: ['errors', 'trust', 'trust/judge', 'trust/library'] },
  'trust/tuf': { rooms: ['document', 'trust'], packages: ['@tufjs/models'] },
  policy: { rooms: ['errors', 'document', 'trust'] },
  sign: { rooms: ['errors', 'document', 'der', 'trust'], packages: ['@noble/ciphers'] },
  attestation: { rooms: ['errors', 'archive', 'statement', 'trust', 'policy'] },
  summary: {
    rooms: ['errors', 'document', 'archive', 'statement', 'policy', 'attestation'],
  },
  pointer: { rooms: ['errors', 'document', 'trust', 'trust/judge'] },
  sandbox: { rooms: ['errors', 'document', 'der'], packages: ['@noble/curves', '@sigstore/core'] },
  bom: {
    rooms: ['errors', 'document'],
    packages: ['@cyclonedx/cyclonedx-library', 'ajv', 'ajv-formats', 'ajv-formats-draft2019'],
  },
  'evidence/aicr': { rooms: ['errors', 'document'] },
  'evidence/phase': { rooms: ['errors', 'document'] },
  'evidence/results': {
    rooms: ['errors', 'document', 'archive', 'evidence/phase'],
    packages: ['saxes'],
  },
  'evidence/recipe': { rooms: ['errors', 'document', 'evidence/aicr', 'evidence/phase'] },
  'evidence/pointer': {
    rooms: ['errors', 'document', 'policy', 'evidence/aicr', 'evidence/recipe'],
  },
  'evidence/snapshot': { rooms: ['errors', 'document', 'evidence/recipe'] },
  'evidence/constraint': { rooms: ['errors', 'document', 'evidence/recipe', 'evidence/snapshot'] },
  'evidence/resolve': { rooms: [...OF_RECIPES, 'evidence/snapshot'] },
  'evidence/lint': { rooms: [...OF_RECIPES, 'evidence/resolve'] },
  'evidence/figure': {
    rooms: ['errors', 'document', 'evidence/phase', 'evidence/recipe', 'evidence/constraint'],
  },
  'evidence/redact': { rooms: [...OF_RECIPES, 'evidence/snapshot', 'evidence/figure'] },
  'evidence/bom': {
    rooms: ['errors', 'bom', 'evidence/phase', 'evidence/recipe', 'evidence/snapshot'],
  },
  'evidence/run': { rooms: ['errors', 'document', 'evidence/phase', 'evidence/snapshot'] },
  evidence: { rooms: ['archive', 'trust', 'evidence/phase'] },
  'evidence/claim': { rooms: ['errors', 'document', 'manifest', 'statement', ...OF_JUDGING] },
  'evidence/dialect': {
    rooms: ['errors', 'document', 'statement', 'evidence/aicr', 'evidence', 'evidence/claim'],
  },
  'evidence/diff': {
    rooms: [
      ...['errors', 'document', 'archive', 'bom', 'evidence/recipe', 'evidence/snapshot'],
      ...['evidence/constraint', 'evidence/figure', 'evidence', 'evidence/redact'],
    ],
  },
  'evidence/validate': {
    rooms: [
      ...['errors', 'trust', 'attestation', 'bom', ...OF_JUDGING],
      ...['evidence/resolve', 'evidence/run'],
    ],
  },
  'evidence/verify': {
    rooms: [
      ...OF_BUNDLES,
      'policy',
      'evidence/results',
      'evidence/aicr',
      'evidence/recipe',
      'evidence/resolve',
      'evidence/run',
    ],
  },
  'evidence/pack': { rooms: [...OF_BUNDLES, 'evidence/verify'] },
  report: {
    rooms: [
      'errors',
      'document',
      'trust',
      'policy',
      'sign',
      'attestation',
      'summary',
      'bom',
      'evidence',
      'evidence/claim',
      'evidence/pointer',
      'evidence/phase',
      'evidence/snapshot',
      'evidence/constraint',
      'evidence/figure',
      'evidence/diff',
      'evidence/validate',
      'evidence/verify',
    ],
    packages: ['ajv'],
  },
  gate: {
    rooms: [
      ...['errors', 'document', 'policy', 'attestation', 'evidence/recipe'],
      ...['evidence/pointer', 'evidence/resolve', 'evidence/lint', 'report'],
    ],
  },
  'report/blocks': { rooms: ['errors', 'policy', 'attestation', 'report', 'gate'] },
  'report/render': {
    rooms: ['errors', 'report', 'gate', 'report/blocks'],
    packages: ['@xmldom/xmldom'],
  },
  'report/html': { rooms: ['attestation', 'report', 'report/blocks', 'report/render'] },
  batch: { rooms: ['errors', 'attestation', 'report'] },
  'io/disk': {
    rooms: [
      'errors',
      'archive',
      'policy',
      'evidence/pointer',
      'evidence/phase',
      'evidence/results',
      'evidence/resolve',
    ],
    effects: true,
  },
  'io/process': { rooms: ['errors', 'document', 'evidence/claim', 'io/disk'], effects: true },
  'io/git': {
    rooms: ['errors', 'archive', 'evidence/resolve', 'io/disk', 'io/process'],
    effects: true,
  },
  'io/http': { rooms: ['errors', 'io/disk'], effects: true },
  'io/github': {
    rooms: ['errors', 'io/http'],
    packages: ['@octokit/core', '@octokit/plugin-retry', '@octokit/plugin-throttling'],
    effects: true,
  },
  'io/oci': {
    rooms: ['errors', 'document', 'sign', 'pointer', 'io/disk', 'io/process', 'io/http'],
    effects: true,
  },
  'io/sandbox': { rooms: ['errors', 'trust', 'sandbox', 'io/disk'], effects: true },
  'io/oidc': {
    rooms: ['errors', 'sign', 'io/disk', 'io/process', 'io/http'],
    packages: ['oauth4webapi'],
    effects: true,
  },
  'io/sigstore': {
    rooms: [
      'errors',
      'document',
      'der',
      'trust',
      'trust/tuf',
      'trust/verify',
      'sign',
      'attestation',
      'io/disk',
      'io/process',
      'io/http',
      'io/oidc',
      'io/sandbox',
    ],
    packages: ['tuf-js'],
    effects: true,
  },
  'io/workers': { rooms: [], effects: true },
  'cli/call': { rooms: ['errors', 'attestation', ...REPORTS], effects: true },
  'cli/completion': { rooms: ['cli/call'] },
  'cli/work': {
    rooms: [
      ...['errors', 'document', 'archive', 'policy', 'attestation', 'summary', 'sign', 'pointer'],
      ...['sandbox', 'bom'],
      'evidence/aicr',
      'evidence/recipe',
      'evidence/phase',
      'evidence/pointer',
      'evidence/snapshot',
      'evidence/resolve',
      'evidence/lint',
      'evidence/redact',
      'evidence/diff',
      'evidence',
      'evidence/validate',
      'evidence/pack',
      'evidence/verify',
      ...REPORTS,
      ...['gate', 'batch'],
      ...['io/disk', 'io/process', 'io/git', 'io/github', 'io/oci', 'io/sandbox'],
      'io/sigstore',
      'io/workers',
      'cli/call',
      'cli/completion',
    ],
    effects: true,
  },
  commands: { rooms: ['cli/call', 'cli/work'], effects: true },
  cli: {
    rooms: [
      ...['errors', 'report', 'io/disk', 'io/http', 'io/process', 'io/sigstore', 'cli/call'],
      'commands',
    ],
    packages: ['@oclif/core'],
    effects: true,
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rules = JSON.stringify(lintRules(ROOMS), null, 2);
  writeFileSync(new URL('../oxlint.rooms.json', import.meta.url), `${rules}\n`);
}
