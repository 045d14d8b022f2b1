import { describeEdits } from './edit-tests.ts';

describeEdits('Rekor v1 with a timestamp');
