// Where the windows of a trusted root begin and end between two milliseconds: a Date has no part of one,
// and what is cut off must never make a window larger.
import { describe, expect, it } from 'vitest';

import { Forge, SIGNED_AT, edited, type RootJson } from './forge.ts';
import { judgesUnder } from './judges.ts';
import { stamp } from './odd-timestamp.ts';

const forge = new Forge();
const GOOD = forge.sign({ rekor: 'both' });

/** Moves one bound of all members of a kind. */
function bounded(kind: Kind, bound: 'start' | 'end', time: string): RootJson {
  return edited(forge.root, (root) => {
    for (const member of root[kind]) {
      Object.assign('publicKey' in member ? member.publicKey.validFor : member.validFor, {
        [bound]: time,
      });
    }
  });
}

type Kind = 'tlogs' | 'ctlogs' | 'certificateAuthorities' | 'timestampAuthorities';

/** The certificate timestamp is a second older than the rest. */
const TIMES: Readonly<Record<Kind, number>> = {
  tlogs: SIGNED_AT.getTime(),
  ctlogs: SIGNED_AT.getTime() - 1000,
  certificateAuthorities: SIGNED_AT.getTime(),
  timestampAuthorities: SIGNED_AT.getTime(),
};
const KINDS = ['tlogs', 'ctlogs', 'certificateAuthorities', 'timestampAuthorities'] as const;

/** RFC 3339 with nanoseconds, of which a number has not all. */
function nanoseconds(milliseconds: number, more: number): string {
  const whole = new Date(milliseconds + Math.floor(more / 1e6)).toISOString().slice(0, -1);
  return `${whole}${String(((more % 1e6) + 1e6) % 1e6).padStart(6, '0')}Z`;
}

describe.each(KINDS)('a window of %s', (kind) => {
  it.each([
    ['start', 0, true],
    ['start', 1, false],
    ['start', 999_999, false],
    ['start', -1, true],
    ['end', 0, true],
    ['end', 1, true],
    ['end', 999_999, true],
    ['end', -1, false],
  ] as const)('is compared exactly: its %s %i ns after the time', (bound, more, holds) => {
    const time = nanoseconds(TIMES[kind], more);
    const said = judgesUnder(bounded(kind, bound, time))(GOOD);
    expect(said).toMatch(holds ? /^verified$/ : /^[A-Z_]+_INVALID \S+$/);
  });
});

describe('a window that begins or ends in the same millisecond as a timestamp', () => {
  it.each([
    ['start', '2026-06-01T12:00:00.000126Z', false],
    ['end', '2026-06-01T12:00:00.000124Z', false],
    // Not all that it holds counts, as docs/format.md says.
    ['start', '2026-06-01T12:00:00.000124Z', false],
    ['end', '2026-06-01T12:00:00.000126Z', false],
    ['start', '2026-06-01T12:00:00Z', true],
    ['end', '2026-06-01T12:00:00.001Z', true],
  ] as const)('its %s %s never counts for more than it says', (bound, time, holds) => {
    const good = forge.sign({ rekor: 2 });
    const signature = Buffer.from(good.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
    const token = stamp(forge.timestamps.leaf, signature, { genTime: '20260601120000.000125Z' });
    const bundle = edited(good, ({ verificationMaterial }) => {
      const signedTimestamp = token.toString('base64');
      verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
    });
    const said = judgesUnder(bounded('timestampAuthorities', bound, time))(bundle);
    expect(said).toMatch(holds ? /^verified$/ : /^[A-Z_]+_INVALID \S+$/);
  });
});
