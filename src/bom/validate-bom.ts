import { EvidenceError } from '../errors/evidence-error.ts';
import { quote } from '../quote.ts';
import type { Bom } from './bom.ts';

/** What Ajv says of one place that the schema refuses. */
interface SchemaFault {
  readonly instancePath: string;
  readonly message: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Refuses a bill of materials that the schema of its own version refuses. The schemas of CycloneDX are those
 * of its library, and it is asked for nothing else: `parseBom` has read the document before.
 *
 * @throws EvidenceError BOM_INVALID (invalid)
 */
export async function requireValidBom(bytes: Uint8Array, bom: Bom): Promise<void> {
  const { JsonValidator } = await import('@cyclonedx/cyclonedx-library/Validation');
  const { Version } = await import('@cyclonedx/cyclonedx-library/Spec');
  const version = new Map([
    ['1.4', Version.v1dot4],
    ['1.5', Version.v1dot5],
    ['1.6', Version.v1dot6],
    ['1.7', Version.v1dot7],
  ]).get(bom.specVersion);
  if (version === undefined) throw new TypeError(`no schema of CycloneDX ${bom.specVersion}`);
  const text = new TextDecoder().decode(bytes);
  const faults: unknown = await new JsonValidator(version).validate(text);
  if (faults === null) return;
  const [first] = faultsIn(faults);
  throw new EvidenceError('BOM_INVALID', {
    at: `${bom.file}#${first?.instancePath ?? ''}`,
    found: foundBy(first),
    expected: `what the schema of CycloneDX ${bom.specVersion} allows`,
    hint: 'correct the document, or have it written by a tool that keeps to the schema; without --bom, one is made of recipe and snapshot',
  });
}

function faultsIn(faults: unknown): readonly SchemaFault[] {
  return Array.isArray(faults) ? faults.filter(isFault) : [];
}

function isFault(fault: unknown): fault is SchemaFault {
  return typeof fault === 'object' && fault !== null && 'instancePath' in fault;
}

/** With the name that is wrong, where the message has none. */
function foundBy(fault: SchemaFault | undefined): string {
  if (fault === undefined) return 'something that the schema refuses';
  const { message, params } = fault;
  const name = params['additionalProperty'];
  return typeof name === 'string' ? `${message}: ${quote(name)}` : message;
}
