// Imported for its effect, before all else that `index.ts` names: on an older Node the library would fail
// later, at the first thing that this Node lacks.
import { EvidenceError } from '../../errors/evidence-error.ts';

const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number);
const isSupported =
  (major === 22 && (minor > 22 || (minor === 22 && patch >= 2))) ||
  (major === 24 && minor >= 15) ||
  major >= 26;
if (!isSupported) {
  throw new EvidenceError('NODE_UNSUPPORTED', {
    found: process.version,
    // package.json "engines"; bin/affidavit.js and ./dev ask the same, and a test compares them.
    expected: '^22.22.2 || ^24.15.0 || >=26',
    hint: 'install one of these',
  });
}
