import type { KeyObject } from 'node:crypto';

import { digestOf } from '../../digest.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../media-types.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { parseTrustedRoot } from '../parse-trusted-root.ts';
import { PUBLIC_GOOD_DIGEST } from '../public-good-digest.ts';
import { parseSigstoreBundle, type Envelope, type SigstoreBundle } from '../sigstore-bundle.ts';
import type { Judges, SigstoreTrust } from '../trust.ts';
import { trustedRootInfo } from '../trusted-root-info.ts';
import { TwoJudges } from './two-judges.ts';

/** What a caller may choose. Nothing in a bundle, a policy or a root can choose it. */
export interface TrustOptions {
  /** By default `both`. With `own`, `@sigstore/verify` is not asked, and `weakened` says so. */
  readonly judge?: Judges | undefined;
  /** Take a certificate without the promise of a certificate log, if the root lists no such log. */
  readonly allowMissingSct?: boolean | undefined;
  /** The keys that may have signed. By default none: only certificates count. */
  readonly publicKeys?: readonly KeyObject[] | undefined;
}

/**
 * Trust in one Sigstore trusted root.
 *
 * @param rootBytes a `trusted_root.json`
 * @param source how reports name the root, e.g. the file as the user gave it
 * @throws EvidenceError TRUSTED_ROOT_INVALID (unjudged); its `verify`: SIGSTORE_BUNDLE_INVALID,
 *   PAYLOAD_TYPE_UNEXPECTED, CERTIFICATE_INVALID, PUBLIC_KEY_UNKNOWN, SIGNATURE_INVALID,
 *   LOG_ENTRY_INVALID, TIMESTAMP_INVALID, JUDGES_DISAGREE, LIMIT_EXCEEDED (invalid)
 */
export function sigstoreTrust(
  rootBytes: Uint8Array,
  source: string,
  { judge = 'both', allowMissingSct = false, publicKeys = [] }: TrustOptions = {},
): SigstoreTrust {
  const root = parseTrustedRoot(rootBytes, source);
  const judges = new TwoJudges(root, judge);
  const digest = digestOf(rootBytes);
  // The public-good instance has certificate logs: without their promise nothing is from there.
  const rules = {
    publicKeys,
    allowMissingSct: allowMissingSct && digest !== PUBLIC_GOOD_DIGEST,
    requireLog: true,
  };
  return {
    root: trustedRootInfo(root, { source, digest }),
    weakened: judge === 'own' ? ['--judge own'] : [],
    verify: (bytes, file) => {
      const bundle = parseSigstoreBundle(bytes, file);
      const { payload } = requireInToto(bundle);
      return { payload, ...judges.judge(bundle, rules) };
    },
    verifyAny: (bytes, file, { artifact, withoutLog = false } = {}) => {
      const bundle = parseSigstoreBundle(bytes, file, 'all');
      const { content } = bundle;
      const { payload, payloadType } = content.kind === 'envelope' ? content : NO_ENVELOPE;
      const judged = judges.judge(bundle, { ...rules, artifact, requireLog: !withoutLog });
      return { payload, payloadType, ...judged };
    },
    verifyCertificate: (certificate) =>
      judges.own.judgeCertificate(certificate, rules.allowMissingSct),
  };
}

const NO_ENVELOPE = { payload: Buffer.alloc(0), payloadType: undefined };

function requireInToto({ content, file }: SigstoreBundle): Envelope {
  // Evidence is read in its one format, which has no message signatures.
  if (content.kind === 'message') throw new TypeError('a bundle without an envelope');
  if (content.payloadType === IN_TOTO_PAYLOAD_TYPE) return content;
  return refuse(
    {
      code: 'PAYLOAD_TYPE_UNEXPECTED',
      at: `${file}#/dsseEnvelope/payloadType`,
      hint: 'have the in-toto statement of the bundle signed, not another document',
    },
    quote(content.payloadType),
    IN_TOTO_PAYLOAD_TYPE,
  );
}
