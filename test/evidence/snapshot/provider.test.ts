import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { acceleratorOfProduct, isAccelerator } from '../../../src/evidence/snapshot/gpu-sku.ts';
import { readProvider } from '../../../src/evidence/snapshot/provider.ts';
import { propertyRuns } from '../../property-runs.ts';

const numRuns = propertyRuns(300, 2000);

/** Texts that are almost a provider, and any other. */
const provider = fc.oneof(
  fc.string(),
  fc
    .tuple(
      fc.constantFrom('aws', 'gce', 'azure', 'oci', 'linode', 'ocid1.', 'eks', 'kind', ''),
      fc.constantFrom('', '://', '://x', ':/', ' ', '-', '.'),
    )
    .map((parts) => parts.join('')),
);

describe('a provider', () => {
  it('is read into a service that is read into itself', () => {
    fc.assert(
      fc.property(provider, (text) => {
        const { service } = readProvider(text);
        expect(readProvider(service)).toEqual({ service, isRaw: false });
      }),
      { numRuns },
    );
  });

  it('is left alone, or is one of five', () => {
    fc.assert(
      fc.property(provider, (text) => {
        const { service, isRaw } = readProvider(text);
        expect([text, 'eks', 'gke', 'aks', 'oke', 'lke']).toContain(service);
        expect(isRaw).toBe(/^(?:aws|gce|azure)(?:$|:\/\/)/.test(text));
      }),
      { numRuns },
    );
  });
});

describe('a product name', () => {
  const token = fc.constantFrom(
    ...['NVIDIA', 'GB200', 'GB300', 'B200', 'H100', 'H200', 'A100', 'RTX', 'PRO', '6000', 'L40'],
    ...['L40S', 'GH200', 'HBM3', '80GB', 'SXM4', 'A1000', 'H100NVL', 'x'],
  );
  const separator = fc.constantFrom(' ', '-', '  ', '\t', ' - ', '\u00A0');
  const parts = fc.array(fc.tuple(token, separator), { minLength: 1, maxLength: 6 });

  it('means what its tokens mean, whatever is between them and whatever their case', () => {
    fc.assert(
      fc.property(parts, (all) => {
        const plain = all.map(([text]) => text).join(' ');
        const dressed = all.map(([text, between]) => `${text}${between}`).join('');
        const sku = acceleratorOfProduct(plain);
        expect(acceleratorOfProduct(dressed)).toBe(sku);
        expect(acceleratorOfProduct(dressed.toLowerCase())).toBe(sku);
        expect(sku === undefined || isAccelerator(sku)).toBe(true);
        const known = sku?.toUpperCase().replaceAll('-', ' ') ?? plain;
        expect(` ${plain} `).toContain(` ${known} `);
      }),
      { numRuns },
    );
  });

  it('of any text is a known accelerator or none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const sku = acceleratorOfProduct(text);
        expect(sku === undefined || isAccelerator(sku)).toBe(true);
      }),
      { numRuns },
    );
  });
});
