import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parsePath, pathReader } from '../../../src/evidence/constraint/path.ts';
import { propertyRuns } from '../../property-runs.ts';
import { snapshotWith } from '../snapshot/cluster.ts';

const DIALECTS = ['v0.11', 'current'] as const;

const SNAPSHOT = snapshotWith({
  K8s: {
    server: { version: 'v1.33' },
    'slinky-slurm': {},
    'slinky-slurm[]': [{ data: { id: 'a' } }],
  },
  OS: {
    sysctl: { '/proc/sys/kernel/osrelease': '6.8.0' },
    grub: { nokaslr: '', none: null, list: [] },
  },
  SystemD: { 'containerd.service': { ActiveState: 'active', Delegate: true }, containerd: {} },
  NetworkTopology: {
    pfs: { count: 2 },
    'pfs[]': [
      {
        context: { pciAddress: '0000:01', rail: 'of context' },
        data: { rail: 0, traffic: 'east' },
      },
      { context: { pciAddress: '0000:02' }, data: { rail: 1, 'a.b': 'dotted' } },
      { context: { pciAddress: '0000:03' }, data: { rail: 1, none: null } },
    ],
  },
});

function value(name: string, dialect: (typeof DIALECTS)[number] = 'current') {
  const path = parsePath(name, dialect);
  return 'outcome' in path ? path : pathReader([path], SNAPSHOT)(path);
}

describe('parsePath', () => {
  it.each([
    ['K8s.server.version', 'K8s', 'server', 'version'],
    ['OS.sysctl./proc/sys/kernel/osrelease', 'OS', 'sysctl', '/proc/sys/kernel/osrelease'],
    ['K8s.policy.driver.version', 'K8s', 'policy', 'driver.version'],
    ['NodeTopology.label.a/b.c[0]', 'NodeTopology', 'label', 'a/b.c[0]'],
  ])('both dialects split %s at the first dots', (name, type, subtype, key) => {
    const path = { type, subtype, key };
    expect(DIALECTS.map((dialect) => parsePath(name, dialect))).toEqual([path, path]);
  });

  it('splits the name of a unit at the last dot, and in v0.11 at the first', () => {
    const name = 'SystemD.containerd.service.ActiveState';
    expect(parsePath(name, 'current')).toMatchObject({
      subtype: 'containerd.service',
      key: 'ActiveState',
    });
    expect(parsePath(name, 'v0.11')).toMatchObject({
      subtype: 'containerd',
      key: 'service.ActiveState',
    });
  });

  it.each([
    '',
    'K8s',
    'K8s.',
    'K8s.server',
    'K8s.server.',
    'K8s..version',
    'k8s.server.version',
    'Deployment.gpu-operator.version',
    'toString.a.b',
    'SystemD.unit',
    '.K8s.server.version',
  ])('no dialect reads %j', (name) => {
    for (const dialect of DIALECTS) {
      expect(parsePath(name, dialect)).toMatchObject({ outcome: 'unevaluable' });
    }
  });

  it.each([
    'NetworkTopology.pfs[].rail',
    'NetworkTopology.pfs[=1].rail',
    'NetworkTopology.pfs[rail=].rail',
    'NetworkTopology.pfs[-1].rail',
    'NetworkTopology.pfs[1x].rail',
    'NetworkTopology.pfs[0]',
    'NetworkTopology.pfs[0].',
    'NetworkTopology.pfs[0]rail',
    'NetworkTopology.pfs[0.rail',
    'NetworkTopology.[0].rail',
    `NetworkTopology.pfs[${'9'.repeat(30)}].rail`,
  ])('the selector of %s cannot be read', (name) => {
    expect(parsePath('NetworkTopology.pfs[0].rail', 'current')).not.toHaveProperty('outcome');
    expect(parsePath(name, 'current')).toMatchObject({ outcome: 'unevaluable' });
  });

  it('knows neither NetworkTopology nor selectors in v0.11', () => {
    expect(value('NetworkTopology.pfs.count', 'v0.11')).toMatchObject({ outcome: 'unevaluable' });
    expect(value('K8s.slinky-slurm[0].id', 'v0.11')).toMatchObject({ outcome: 'unevaluable' });
    expect(value('K8s.slinky-slurm[0].id')).toBe('a');
  });

  it('reads any text without an exception', () => {
    const unit = fc.constantFrom('K8s', 'SystemD', 'NetworkTopology', '.', '[', ']', '=', 'a', '0');
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 9 }),
        fc.constantFrom(...DIALECTS),
        (parts, dialect) => {
          const found = value(parts.join(''), dialect);
          expect(typeof found === 'string' || found.reason !== '').toBe(true);
        },
      ),
      { numRuns: propertyRuns(200, 1000) },
    );
  });
});

describe('pathReader', () => {
  it.each([
    ['K8s.server.version', 'v1.33'],
    ['SystemD.containerd.service.Delegate', 'true'],
    ['OS.grub.nokaslr', ''],
    ['NetworkTopology.pfs.count', '2'],
    ['NetworkTopology.pfs[0].traffic', 'east'],
    ['NetworkTopology.pfs[0].rail', '0'],
    ['NetworkTopology.pfs[2].pciAddress', '0000:03'],
    ['NetworkTopology.pfs[rail=0].pciAddress', '0000:01'],
    ['NetworkTopology.pfs[pciAddress=0000:02].a.b', 'dotted'],
  ])('reads %s', (name, expected) => {
    expect(value(name)).toBe(expected);
  });

  it.each([
    ['NetworkTopology.kernel.a', 'the snapshot has no "NetworkTopology.kernel"'],
    ['GPU.smi.driver', 'the snapshot has no "GPU.smi"'],
    ['K8s.server.platform', '"K8s.server" has no value "platform"'],
    ['K8s.server.constructor', '"K8s.server" has no value "constructor"'],
    ['OS.grub.none', '"OS.grub" has no value "none"'],
    ['OS.grub.list', '"OS.grub" has no value "list"'],
    ['NetworkTopology.pfs[3].rail', '"NetworkTopology.pfs" has only 3 items'],
    ['NetworkTopology.pfs[rail=9].pciAddress', '"NetworkTopology.pfs" has 0 such items'],
    ['NetworkTopology.pfs[2].none', 'the item of "NetworkTopology.pfs" has no value "none"'],
    ['K8s.server[0].version', '"K8s.server" has only 0 items'],
  ])('finds nothing at %s, and says why', (name, reason) => {
    const fix = expect.stringContaining('take the snapshot again');
    expect(value(name)).toEqual({ outcome: 'unevaluable', reason, fix, missing: true });
  });

  it('does not choose among several, which are not missing', () => {
    const reason = '"NetworkTopology.pfs" has 2 such items';
    const fix = expect.stringContaining('take the snapshot again') as string;
    expect(value('NetworkTopology.pfs[rail=1].pciAddress')).toEqual({
      ...{ outcome: 'unevaluable', reason, fix },
    });
  });
});
