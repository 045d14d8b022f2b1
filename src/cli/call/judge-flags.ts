import type { Call, Flag } from './command.ts';

const JUDGES = ['both', 'own'] as const;

/** Who judges a signature. Only whoever verifies may choose: a self-check always asks both judges. */
export const JUDGE_FLAG = {
  judge: {
    type: 'choice',
    options: JUDGES,
    summary:
      'Who judges the signature: by default both judges; own leaves @sigstore/verify out, and the report says WEAKENED.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

export const MISSING_SCT_FLAG = {
  'allow-missing-sct': {
    type: 'switch',
    summary:
      'Take a certificate that no certificate log promised to show, if the trusted root lists no such log.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

export function judgeOf(options: Call['options']): (typeof JUDGES)[number] | undefined {
  return options.choice('judge', JUDGES);
}
