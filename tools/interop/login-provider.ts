// npm's `oidc-provider`, with its own pages, on which somebody has to click.
import { openProvider, type OpenIdProvider } from '../../test/io/oidc/open-id-provider.ts';

/** What the provider says of a login that was cancelled: text in which a page could be something else. */
export const HTML = '<img src=x onerror=alert(1)><script>alert(2)</script>';

/** Where its pages look for a font. */
export const FONTS = 'https://fonts.googleapis.com';

interface Held {
  /** Settles once a token is asked for, which is not answered until `release`. */
  readonly asked: Promise<void>;
  release(): void;
}

export interface LoginProvider extends OpenIdProvider {
  /** The next tokens wait. */
  holdTokens(): Held;
}

export async function openLoginProvider(): Promise<LoginProvider> {
  let gate: (() => Promise<void>) | undefined;
  const provider = await openProvider({
    pages: { error: 'access_denied', error_description: HTML },
    intercept: async ({ url }) => {
      if (url === '/token') await gate?.();
      return false;
    },
  });
  const holdTokens = (): Held => {
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    gate = async () => {
      asked.resolve();
      await released.promise;
    };
    return { asked: asked.promise, release: released.resolve };
  };
  return { ...provider, holdTokens };
}
