import type { Criteria } from './criteria.ts';

/** The values that AICR knows without any overlay: up to v0.11, and since. */
export const KNOWN_VALUES = {
  'v0.11': {
    service: 'aks eks gke kind oke',
    accelerator: 'a100 b200 gb200 h100 l40',
    intent: 'inference training',
    os: 'amazonlinux cos rhel ubuntu',
    platform: 'dynamo kubeflow',
  },
  current: {
    service: 'aks bcm eks generic gke k0s kind lke metal3 ocp oke rke2 togetherai',
    accelerator: 'a100 b200 gb200 gb300 h100 h200 l40 l40s rtx-pro-6000 vr200',
    intent: 'inference training',
    os: 'amazonlinux cos ol rhel sles talos ubuntu',
    platform: 'dynamo kubeflow kueue nim runai slurm',
  },
} as const satisfies Readonly<
  Record<string, Readonly<Record<Exclude<keyof Criteria, 'nodes'>, string>>>
>;
