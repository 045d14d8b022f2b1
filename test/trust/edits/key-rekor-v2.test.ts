import { describeEdits } from './edit-tests.ts';

describeEdits('a key at Rekor v2 with a timestamp');
