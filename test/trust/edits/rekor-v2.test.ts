import { describeEdits } from './edit-tests.ts';

describeEdits('Rekor v2 with a timestamp');
