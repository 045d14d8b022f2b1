import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { parse, type DefaultTreeAdapterMap } from 'parse5';
import { describe, expect, it } from 'vitest';

import { LOGIN_PAGE_HEADERS, renderLoginPage } from '../../src/sign/login-page.ts';
import { propertyRuns } from '../property-runs.ts';

type Node = DefaultTreeAdapterMap['node'];

function elements(node: Node): readonly string[] {
  const children = 'childNodes' in node ? node.childNodes : [];
  return [...('tagName' in node ? [node.tagName] : []), ...children.flatMap(elements)];
}

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return ('childNodes' in node ? node.childNodes : []).map(textOf).join('');
}

describe('the page at the end of a login', () => {
  it('has the same elements, whatever foreign text is in it', () => {
    const page = { isGood: false, title: 'Title', text: 'Text' };
    const known = elements(parse(renderLoginPage({ ...page, detail: 'Detail' })));
    const html = fc.string({
      unit: fc.constantFrom(...'<>&"\'/=- !a\u0000\n\u001b\u202e', 'script', 'img'),
    });
    fc.assert(
      fc.property(fc.oneof(html, fc.string({ unit: 'binary' })), (detail) => {
        expect(elements(parse(renderLoginPage({ ...page, detail })))).toEqual(known);
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });

  it('shows foreign text as it is, but for what nobody can see', () => {
    const page = renderLoginPage({ isGood: true, title: 'A', text: 'B', detail: '<b>&amp;\u202e' });
    expect(textOf(parse(page))).toContain(String.raw`<b>&amp;\u202e`);
  });

  it('shows the beginning of a long text', () => {
    const page = renderLoginPage({
      isGood: true,
      title: 'A',
      text: 'B',
      detail: 'a'.repeat(10_000),
    });
    expect(page).toContain(`${'a'.repeat(300)}…`);
    expect(page).not.toContain('a'.repeat(301));
  });

  it('has the one style that its policy allows', () => {
    const [, style = ''] =
      /<style>(.*?)<\/style>/s.exec(renderLoginPage({ isGood: true, title: 'A', text: 'B' })) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(LOGIN_PAGE_HEADERS['Content-Security-Policy']).toContain(`style-src 'sha256-${hash}'`);
  });
});
