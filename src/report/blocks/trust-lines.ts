// Whom a verification trusts, and whom signing asks: what `trust show` says.
import { counted, joined, sentence, words, type Sentence } from '../../sentence.ts';
import type {
  AuthorityJson,
  LogJson,
  ServiceJson,
  SourceJson,
  TrustJson,
  WindowJson,
} from '../trust-json.ts';
import type { Block, Line } from './block.ts';
import { ageOf } from './lines.ts';

export function trustBlocks(trust: TrustJson): readonly Block[] {
  return [
    { block: 'lines', items: rootLines(trust) },
    { block: 'lines', items: signingLines(trust) },
  ];
}

function rootLines({ trustedRoot: root }: TrustJson): readonly Line[] {
  return [
    ...(root.sandbox ? [{ label: 'SANDBOX', text: words('anybody can sign in any name') }] : []),
    { label: 'root', text: sentence`${root.source}${ageOf(root)}, ${root.digest}` },
    ...root.sources.map(sourceLine),
    ...root.certificateAuthorities.map((authority) => authorityLine('CA', authority)),
    ...root.certificateLogs.map((log) => logLine('CT log', log)),
    ...root.logs.map((log) => logLine('log', log)),
    ...root.timestampAuthorities.map((authority) => authorityLine('TSA', authority)),
  ];
}

function signingLines({ signingConfig: signing }: TrustJson): readonly Line[] {
  if (signing === null) {
    return [{ label: 'signing', text: words('this TUF repository has no signing config') }];
  }
  return [
    { label: 'signing', text: sentence`${signing.source}${ageOf(signing)}, ${signing.digest}` },
    ...signing.sources.map(sourceLine),
    ...signing.identityProviders.map(serviceLine('login')),
    ...signing.certificateAuthorities.map(serviceLine('CA')),
    ...signing.logs.map(serviceLine('log')),
    ...signing.timestampAuthorities.map(serviceLine('TSA')),
  ];
}

function sourceLine({ name, found, used }: SourceJson): Line {
  const state = found === null ? words('nothing') : sentence`${found}`;
  const inUse = used ? words(', in use') : [];
  return { label: 'source', text: sentence`${words(name)}: ${state}${inUse}` };
}

function authorityLine(label: string, { certificates, validFor }: AuthorityJson): Line {
  const { length } = certificates;
  const more = length > 1 ? words(`, ${counted(length, 'certificate')}`) : [];
  const name = certificates[0]?.subject ?? '';
  return { label, text: sentence`${name}${more}, ${windowText(validFor)}` };
}

function logLine(label: string, { baseUrl, keyId, keyType, validFor }: LogJson): Line {
  const id = Buffer.from(keyId, 'base64').toString('hex').slice(0, 8);
  return {
    label,
    text: sentence`${baseUrl}, ${words(`${keyType}, id ${id}`)}, ${windowText(validFor)}`,
  };
}

function serviceLine(label: string): (service: ServiceJson) => Line {
  return (service) => ({ label, text: serviceText(service) });
}

function serviceText(service: ServiceJson): Sentence {
  const { url, majorApiVersion, operator, validFor, calledNow } = service;
  const parts = [
    sentence`${url}`,
    words(`version ${majorApiVersion}`),
    ...(operator === '' ? [] : [sentence`of ${operator}`]),
    windowText(validFor),
    ...(calledNow ? [words('called now')] : []),
  ];
  return joined(parts, ', ');
}

function windowText({ start, end }: WindowJson): Sentence {
  const day = start.slice(0, 10);
  return words(end === null ? `from ${day}` : `${day} to ${end.slice(0, 10)}`);
}
