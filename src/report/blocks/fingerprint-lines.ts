// What `snapshot fingerprint` says.
import { joined, sentence, words, type Sentence } from '../../sentence.ts';
import type { FingerprintJson } from '../report-json.ts';
import type { Block } from './block.ts';

const NOTES: Readonly<Record<NonNullable<FingerprintJson['os']['note']>, string>> = {
  'multi-gpu': 'the nodes have several GPU products',
  'multi-region': 'the nodes are in several regions',
  'raw-provider': "the snapshot has the cloud provider's own name",
  'unknown-sku': 'AICR has no recipes for this GPU',
};

type DimensionOf = FingerprintJson[keyof FingerprintJson];

export function fingerprintBlocks(fingerprint: FingerprintJson): readonly Block[] {
  const dimensions = Object.entries<DimensionOf>({ ...fingerprint });
  const items = dimensions.map(([label, dimension]) => ({ label, text: textOf(dimension) }));
  return [{ block: 'lines', items, labelWidth: 14 }];
}

function textOf(dimension: DimensionOf): Sentence {
  const { value, source } = dimension;
  const version = 'version' in dimension ? dimension.version : undefined;
  const note = 'note' in dimension ? dimension.note : undefined;
  const isShown = value !== '' && (value !== 0 || source !== undefined);
  const parts = [
    isShown ? sentence`${String(value)}` : words('not shown'),
    ...(version === undefined ? [] : [sentence`version ${version}`]),
    ...(source === undefined ? [] : [sentence`from ${source}`]),
    ...(note === undefined ? [] : [words(`${note}: ${NOTES[note]}`)]),
  ];
  return joined(parts, ', ');
}
