import { describeEdits } from './edit-tests.ts';

describeEdits('both logs with two timestamps');
