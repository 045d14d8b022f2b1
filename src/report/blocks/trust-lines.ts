// Whom a verification trusts, and whom signing asks: what `trust show` says.
import { timestampOf } from '../../document/time.ts';
import { counted, joined, sentence, words, type Sentence } from '../../sentence.ts';
import type { Service } from '../../sign/signing-config.ts';
import type { ConfigSource, TrustInUse } from '../../sign/trust-in-use.ts';
import { keyName } from '../../trust/key-kind.ts';
import type { Authority, TrustedLog } from '../../trust/trusted-root.ts';
import type { Window } from '../../trust/validity-window.ts';
import { subjectLines } from '../../trust/x509.ts';
import type { Block, Line } from './block.ts';
import { ageOf } from './lines.ts';

export function trustBlocks(view: TrustInUse): readonly Block[] {
  return [
    { block: 'lines', items: rootLines(view) },
    { block: 'lines', items: signingLines(view) },
  ];
}

function rootLines({ root, content, rootSources }: TrustInUse): readonly Line[] {
  const { certificateAuthorities, timestampAuthorities, logs, certificateLogs } = content;
  return [
    ...(root.sandbox ? [{ label: 'SANDBOX', text: words('anybody can sign in any name') }] : []),
    { label: 'root', text: sentence`${root.source}${ageOf(root)}, ${root.digest}` },
    ...rootSources.map(sourceLine),
    ...certificateAuthorities.map((authority) => authorityLine('CA', authority)),
    ...certificateLogs.map((log) => logLine('CT log', log)),
    ...logs.map((log) => logLine('log', log)),
    ...timestampAuthorities.map((authority) => authorityLine('TSA', authority)),
  ];
}

function signingLines({ signing }: TrustInUse): readonly Line[] {
  if (signing === undefined) {
    return [{ label: 'signing', text: words('this TUF repository has no signing config') }];
  }
  const { source, digest, config, sources, chosen } = signing;
  const line =
    (label: string) =>
    (service: Service): Line => ({ label, text: serviceText(service, chosen.has(service)) });
  return [
    { label: 'signing', text: sentence`${source}${ageOf(signing)}, ${digest}` },
    ...sources.map(sourceLine),
    ...config.identityProviders.services.map(line('login')),
    ...config.certificateAuthorities.services.map(line('CA')),
    ...config.logs.services.map(line('log')),
    ...config.timestampAuthorities.services.map(line('TSA')),
  ];
}

function sourceLine({ name, found, isUsed }: ConfigSource): Line {
  const state = found === undefined ? words('nothing') : sentence`${found}`;
  const used = isUsed ? words(', in use') : [];
  return { label: 'source', text: sentence`${words(name)}: ${state}${used}` };
}

function authorityLine(label: string, { chain, validFor }: Authority): Line {
  const [first] = chain;
  const certificates = chain.length > 1 ? words(`, ${counted(chain.length, 'certificate')}`) : [];
  return { label, text: sentence`${nameOf(first)}${certificates}, ${windowText(validFor)}` };
}

function logLine(label: string, log: TrustedLog): Line {
  const { baseUrl, keyId, validFor } = log;
  const key = `${keyName(log.publicKey)}, id ${keyId.toString('hex').slice(0, 8)}`;
  return { label, text: sentence`${baseUrl}, ${words(key)}, ${windowText(validFor)}` };
}

function serviceText(service: Service, isChosen: boolean): Sentence {
  const { url, majorApiVersion, operator } = service;
  const parts = [
    sentence`${url}`,
    words(`version ${majorApiVersion}`),
    ...(operator === '' ? [] : [sentence`of ${operator}`]),
    windowText(service),
    ...(isChosen ? [words('called now')] : []),
  ];
  return joined(parts, ', ');
}

/** As one line. */
export function nameOf(certificate: Authority['chain'][0]): string {
  return subjectLines(certificate).toReversed().join(', ');
}

/** Undefined: for ever. */
export function endOf({ end }: Window): string | undefined {
  return end.getUTCFullYear() > 9999 ? undefined : timestampOf(end);
}

function windowText(window: Window): Sentence {
  const end = endOf(window);
  const start = timestampOf(window.start).slice(0, 10);
  return words(end === undefined ? `from ${start}` : `${start} to ${end.slice(0, 10)}`);
}
