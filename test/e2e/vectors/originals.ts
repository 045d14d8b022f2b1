// Vectors of results in another form than CTRF, with the file from which the report was made.
import { withFile, type Files } from '../evidence.ts';
import { INPUTS, packedUnsigned, type Kit, type Make } from './kit.ts';

const JUNIT = `<testsuite tests="2" failures="0">
<testcase name="operator-health" classname="gpu" time="4.21"/>
<testcase name="check-nvidia-smi" classname="gpu" time="0.01"><skipped message="nodes busy"/></testcase>
</testsuite>
`;
const OTHER = JUNIT.replace('time="4.21"', 'time="4.22"');

const PATH = 'originals/deployment/deployment.xml';

async function honest(kit: Kit, redact: 'none' | 'minimal' = 'none'): Promise<Files> {
  return await kit.honest({ results: { ...INPUTS.results, deployment: JUNIT }, redact });
}

const lied =
  (files: Readonly<Record<string, string>>, redact: 'none' | 'minimal' = 'none'): Make =>
  async (kit) =>
    await packedUnsigned(await kit.liar({ files }, await honest(kit, redact)));

export const ORIGINALS: Readonly<Record<string, Make>> = {
  'good-original': async (kit) => await packedUnsigned(await honest(kit)),
  'original-changed': async (kit) => await packedUnsigned(withFile(await honest(kit), PATH, OTHER)),
  'original-of-another-run': lied({ [PATH]: OTHER }),
  'original-with-a-doctype': lied({ [PATH]: `<!DOCTYPE testsuite>${JUNIT}` }),
  'original-that-lies': lied({ [PATH]: JUNIT.replace('failures="0"', 'failures="1"') }),
  'original-twice': lied({ 'originals/deployment/other.xml': JUNIT }),
  'original-in-a-redacted-bundle': lied({ [PATH]: JUNIT }, 'minimal'),
};
