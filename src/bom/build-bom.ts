import { createHash } from 'node:crypto';

import { ComponentType } from '@cyclonedx/cyclonedx-library/Enums';
import { Bom, Component, Metadata, Property, Tools } from '@cyclonedx/cyclonedx-library/Models';
import { JSON as Json, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';

import { baseNameOf, renderImage, type Image } from './image.ts';

/** What a bill of materials lists, in order, and what it says about itself. */
export interface BomContents {
  /** What all of it is for. */
  readonly subject: string;
  readonly applications: readonly Application[];
  readonly images: readonly Image[];
  readonly timestamp: Date;
  readonly tool: { readonly name: string; readonly version: string };
}

/** A part that is deployed, with its properties by name; empty ones are left out. */
export interface Application {
  readonly name: string;
  readonly version: string;
  readonly properties: readonly (readonly [string, string])[];
}

/**
 * A bill of materials, CycloneDX 1.6 as JSON: an `application` for each part, a `container` for each
 * image. The same input gives the same bytes. AICR's own has a random serial number and the time of day.
 */
export function buildBom(contents: BomContents): Uint8Array {
  const bom = bomOf(contents);
  // CycloneDX wants a serial number for each document. It is made from the content (RFC 4122 §4.3).
  bom.serialNumber = `urn:uuid:${uuidOf(serialize(bom))}`;
  return new TextEncoder().encode(`${serialize(bom)}\n`);
}

function bomOf({ subject: name, applications, images, timestamp, tool }: BomContents): Bom {
  const refs = new BomRefs();
  const subject = new Component(ComponentType.Application, name, { bomRef: refs.take(name) });
  const tools = new Tools();
  const { version } = tool;
  tools.components.add(new Component(ComponentType.Application, tool.name, { version }));
  const bom = new Bom({ metadata: new Metadata({ timestamp, tools, component: subject }) });
  const parts = [
    ...applications.map((part) =>
      componentOf(ComponentType.Application, part, refs.take(`${name}/${part.name}`)),
    ),
    ...images.map((image) =>
      componentOf(ComponentType.Container, partOf(image), refs.take(`img:${renderImage(image)}`)),
    ),
  ];
  for (const part of parts) {
    bom.components.add(part);
    subject.dependencies.add(part.bomRef);
  }
  return bom;
}

/** Each reference once: the library would tell two apart by a random one. */
class BomRefs {
  readonly #taken = new Set(['']);
  /** The last number that made a reference unique; the search continues from there. */
  readonly #last = new Map<string, number>();

  take(wanted: string): string {
    let ref = wanted;
    let count = this.#last.get(wanted) ?? 1;
    while (this.#taken.has(ref)) {
      count += 1;
      ref = `${wanted}#${count}`;
    }
    this.#last.set(wanted, count);
    this.#taken.add(ref);
    return ref;
  }
}

function componentOf(type: ComponentType, part: Application, bomRef: string): Component {
  const component = new Component(type, part.name, { bomRef, version: part.version });
  for (const [name, value] of part.properties) {
    if (value !== '') component.properties.add(new Property(name, value));
  }
  return component;
}

/** No purl: a snapshot has lost registry and digest, and pkg:oci or pkg:docker would claim both. */
function partOf({ name, tag, digest }: Image): Application {
  const registry = name === baseNameOf(name) ? '' : name.slice(0, name.indexOf('/'));
  return {
    name,
    version: digest ?? tag ?? 'latest',
    properties: [
      ['aicr:image:digest', digest ?? ''],
      ['aicr:image:registry', registry],
      ['aicr:image:repository', name.slice(registry === '' ? 0 : registry.length + 1)],
      ['aicr:image:tag', tag ?? ''],
    ],
  };
}

/** In the order of insertion: the library sorts by the locale of the machine. */
function serialize(bom: Bom): string {
  const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
  return serializer.serialize(bom, { sortLists: false, space: 2 });
}

/** RFC 4122 appendix C: names that are URLs. */
const NAMESPACE_URL = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

/** A version 5 UUID: SHA-1 is what its format asks for, and nothing here relies on it. */
function uuidOf(text: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(NAMESPACE_URL.replaceAll('-', ''), 'hex'))
    .update(text)
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
