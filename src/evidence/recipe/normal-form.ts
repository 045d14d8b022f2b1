import { isDataList, isDataMap, type Data } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import { findingsOf, type Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';

/**
 * A finding for each text that looks like another one: AICR hashes the characters, so the same word in NFC and in NFD
 * (Unicode Standard Annex 15) gives two digests.
 *
 * @param file how complaints name the document
 */
export function normalFormDoubts(data: Data, file: string): readonly Finding[] {
  return findingsOf([...otherForms(data, `${file}#`)], ({ at, text }) => ({
    code: 'TEXT_NOT_NFC',
    at,
    found: quote(text),
    expected: 'text in the normal form NFC',
    hint: 'write it again, e.g. on another keyboard: a digest of what looks the same may differ',
  }));
}

interface Place {
  readonly at: string;
  readonly text: string;
}

function* otherForms(data: Data, at: string): Generator<Place, void> {
  if (typeof data === 'string') {
    if (!isNormal(data)) yield { at, text: data };
  } else if (isDataList(data)) {
    for (const [index, item] of data.entries()) yield* otherForms(item, `${at}/${index}`);
  } else if (isDataMap(data)) {
    for (const [key, value] of data) {
      const place = `${at}/${pointerToken(key)}`;
      if (!isNormal(key)) yield { at: place, text: key };
      yield* otherForms(value, place);
    }
  }
}

function isNormal(text: string): boolean {
  return text.normalize('NFC') === text;
}
