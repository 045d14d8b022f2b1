// A real OpenID provider that ends with the test, and a browser for it without a screen.
import { onTestFinished, vi } from 'vitest';

import { openProvider, type OpenIdProvider, type ProviderOptions } from './open-id-provider.ts';

export { ACCOUNT, CLIENT, type ProviderOptions } from './open-id-provider.ts';

export type TestProvider = Pick<OpenIdProvider, 'issuer' | 'requests'>;

/** Ends with the test. */
export async function startProvider(options: ProviderOptions = {}): Promise<TestProvider> {
  // It warns of its memory and of its plain pages: what a test wants.
  for (const name of ['warn', 'info'] as const) {
    const printed = vi.spyOn(console, name).mockImplementation(() => undefined);
    onTestFinished(() => printed.mockRestore());
  }
  const provider = await openProvider(options);
  onTestFinished(() => {
    provider.close();
  });
  return provider;
}

/** Answers a request of a path in the place of the provider. */
export function instead(
  path: string,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): NonNullable<ProviderOptions['intercept']> {
  return (request, response) => {
    if (request.url !== path) return false;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
    return true;
  };
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Follows redirects and keeps cookies. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  /** Changes an address before it is opened. */
  readonly #change: (url: URL) => URL;

  constructor(change: (url: URL) => URL = (url) => url) {
    this.#change = change;
  }

  async open(address: string | URL, init: RequestInit = {}): Promise<Page> {
    const url = this.#change(new URL(address));
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) return await this.open(new URL(location, url));
    const { status, headers } = response;
    return { url, status, headers, text: await response.text() };
  }

  /** Sends the form of a page with these fields beside its hidden ones. */
  async submit({ url, text }: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
    const action = /<form[^>]* action="([^"]*)"/.exec(text)?.[1] ?? '';
    const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams({
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...fields,
    });
    return await this.open(new URL(action, url), { method: 'POST', body });
  }
}
