// The certificate that Fulcio gave the signer. RFC 5280, and for the issuer
// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md

import { TAG, childOf, childrenOf, oidOf, requireTag } from '../../der/read-der.ts';
import type { Der } from '../../der/read-der.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { CertificateClaims, Identity } from '../trust.ts';
import { parseX509 } from '../x509.ts';
import { EXTENSION, itemsOf, type Certificate, type Extensions } from './certificate.ts';
import { readSigner } from './chain.ts';

export interface LeafCertificate extends Certificate {
  readonly signer: Identity;
}

const FULCIO = '2b0601040183bf3001';
const ISSUER = `${FULCIO}08`;
const ISSUER_BEFORE_2022 = `${FULCIO}01`;
const USER_NAME = `${FULCIO}07`;

const URI_NAME = 0x86;
const EMAIL_NAME = 0x81;
const OTHER_NAME = 0xa0;

/** Throws the place's code. Whether a trusted authority issued it is not decided here. */
export function parseLeafCertificate(bytes: Uint8Array, place: Place): LeafCertificate {
  const certificate = readSigner(parseX509(bytes, place), 'code signing', place);
  const { extensions } = certificate;
  return {
    ...certificate,
    signer: {
      ...nameOf(extensions, place),
      issuer: issuerOf(extensions, place),
      claims: claimsOf(extensions),
    },
  };
}

/** The one name, from the bytes themselves. */
function nameOf(extensions: Extensions, place: Place): Pick<Identity, 'type' | 'subject'> {
  const names = itemsOf(extensions, EXTENSION.subjectAlternativeName);
  const [name, ...more] = names;
  // With several names, nobody could say which of them the policy means.
  if (name === undefined || more.length > 0) {
    return refuse(place, `${names.length} subject alternative names`, 'exactly one');
  }
  switch (name.tag) {
    case URI_NAME:
      return { type: 'uri', subject: printableText(name.contents, place) };
    case EMAIL_NAME:
      return { type: 'email', subject: printableText(name.contents, place) };
    case OTHER_NAME:
      return { type: 'other', subject: printableText(userNameOf(name), place) };
    default: {
      const found = `a name with the tag 0x${name.tag.toString(16)}`;
      return refuse(place, found, 'a URI, an e-mail address or a user name of Fulcio');
    }
  }
}

/** RFC 5280 §4.2.1.6: an otherName is a type and, under [0], a value. */
function userNameOf(name: Der): Buffer {
  const [type, value, ...more] = childrenOf(name, OTHER_NAME);
  if (type === undefined || value === undefined || more.length > 0 || oidOf(type) !== USER_NAME) {
    return refuse(name.place, 'an otherName of another kind', `one of the kind ${USER_NAME}`);
  }
  const text = childOf(value, TAG.context0);
  requireTag(text, TAG.utf8String);
  return text.contents;
}

/** What is there must be readable; what is not there is undefined. */
function claimsOf(extensions: Extensions): CertificateClaims {
  const claim = (arc: string): string | undefined => {
    const extension = extensions.get(`${FULCIO}${arc}`);
    const bytes = extension === undefined ? Buffer.alloc(0) : utf8Contents(extension);
    const text = bytes.toString('utf8');
    // What is no text is no claim that anybody could name.
    return text !== '' && Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
  };
  return {
    runnerEnvironment: claim('0b'),
    sourceRepositoryUri: claim('0c'),
    sourceRepositoryRef: claim('0e'),
    sourceRepositoryId: claim('0f'),
    sourceRepositoryOwnerId: claim('11'),
    buildTrigger: claim('14'),
  };
}

/** The issuer, which newer certificates have twice. */
function issuerOf(extensions: Extensions, place: Place): string {
  const current = extensions.get(ISSUER);
  const former = extensions.get(ISSUER_BEFORE_2022);
  const issuers = [
    ...(current === undefined ? [] : [printableText(utf8Contents(current), place)]),
    ...(former === undefined ? [] : [printableText(former.contents, place)]),
  ];
  const [issuer, other = issuer] = issuers;
  if (issuer === undefined) return refuse(place, 'no OIDC issuer', 'the issuer of the identity');
  if (issuer !== other) {
    refuse(place, `the issuers ${quote(issuer)} and ${quote(other ?? '')}`, 'one issuer');
  }
  return issuer;
}

function utf8Contents(extension: Der): Buffer {
  const text = childOf(extension, TAG.octetString);
  requireTag(text, TAG.utf8String);
  return text.contents;
}

/**
 * Visible ASCII. A decoder that drops the high bit would read byte 0xE1 as `a`, and take one identity
 * for another.
 */
function printableText(bytes: Buffer, place: Place): string {
  const isPrintable = bytes.length > 0 && bytes.every((byte) => byte > 0x20 && byte < 0x7f);
  if (!isPrintable) {
    refuse(place, `the name ${quote(bytes.toString('latin1'))}`, 'visible ASCII characters');
  }
  return bytes.toString('latin1');
}
