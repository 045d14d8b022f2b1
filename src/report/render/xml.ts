import { DOMImplementation, XMLSerializer, type Document, type Element } from '@xmldom/xmldom';

/** An element; what stands in it comes on lines of its own, unless it is text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content?: string | readonly XmlElement[];
}

/** Well-formed XML without a declaration. A text with a character that XML does not have is a bug. */
export function renderXml(root: XmlElement): string {
  const document = new DOMImplementation().createDocument(null, '');
  return new XMLSerializer().serializeToString(elementIn(document, root), {
    requireWellFormed: true,
  });
}

function elementIn(document: Document, { name, attributes, content = [] }: XmlElement): Element {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (typeof content === 'string') element.appendChild(document.createTextNode(content));
  else if (content.length > 0) {
    for (const child of content) {
      element.appendChild(document.createTextNode('\n'));
      element.appendChild(elementIn(document, child));
    }
    element.appendChild(document.createTextNode('\n'));
  }
  return element;
}
