// Logins with a real browser at a real OpenID provider, whose tokens a real Fulcio takes.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Page } from 'playwright-core';

import { ACCOUNT } from '../../test/io/oidc/open-id-provider.ts';
import { photograph, readPage, withBrowser, type Person } from './browser.ts';
import {
  bundleIn,
  emitCommand,
  identityWords,
  pathWith,
  verifyEvidence,
  verifyWithCosign,
  type Place,
} from './commands.ts';
import { FONTS, HTML, type LoginProvider } from './login-provider.ts';
import { begin, type Running } from './processes.ts';
import type { Report } from './report.ts';

/** A row of the page: what somebody does, and the title of what the browser shows then. */
export type LoginRow = readonly [string, string];

interface Scene {
  readonly report: Report;
  readonly place: Place;
  readonly provider: LoginProvider;
  readonly person: Person;
  readonly rows: LoginRow[];
}

const CALLBACK = '/auth/callback';

export async function proveLogins(
  report: Report,
  place: Place,
  provider: LoginProvider,
): Promise<readonly LoginRow[]> {
  const rows: LoginRow[] = [];
  await withBrowser(async (newPerson) => {
    for (const prove of [logInByBrowser, cancel, logInByDevice]) {
      const scene = { report, place, provider, person: await newPerson(), rows };
      await prove(scene);
      assertRequests(scene);
    }
  });
  return rows;
}

/** Logs in and agrees. Beside it come an answer to another login, and the right one a second time. */
async function logInByBrowser(scene: Scene): Promise<void> {
  const { report, provider, person } = scene;
  const archive = join(scene.place.directory, 'browser.tar.gz');
  const { running, page, url } = await startLogin(scene, archive);
  const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
  const stray = await open(person, `${redirect}?code=x&state=of-another-login`);
  await assertPage(scene, stray, 'brings the answer to another login', [
    'This is not the answer to the login',
    'Nothing happened. Use the page that affidavit opened.',
  ]);
  const held = provider.holdTokens();
  await logIn(page);
  await Promise.race([held.asked, running.ended]);
  const addresses = person.requests
    .map((asked) => asked.url)
    .filter((asked) => asked !== stray.url());
  const callback = addresses.find((asked) => asked.startsWith(redirect)) ?? '';
  const second = await open(person, callback);
  await assertPage(scene, second, 'brings the answer again, while it is being checked', [
    'This login is over',
    'It was answered before. Look at the terminal for its result.',
  ]);
  held.release();
  const { status, output } = await running.ended;
  await assertPage(scene, page, 'logs in and agrees', [
    'You are logged in',
    'You can close this page and go back to the terminal.',
    ACCOUNT,
  ]);
  report.assert('browser: the login signs (exit code 0)', status === 0, output);
  const named = output.includes(`Logged in as ${ACCOUNT}\n`);
  report.assert('browser: the terminal names who logged in', named, output);
  const tokens = provider.requests.filter((request) => request === 'POST /token').length;
  report.assert('browser: the code is used once', tokens === 1, `${tokens} times`);
  const reloaded = await page.reload().then(() => 'a page', String);
  const isOver = reloaded.includes('ERR_CONNECTION_REFUSED');
  report.assert('browser: the answer again, afterwards: nobody listens', isOver, reloaded);
  await assertSigned(scene, archive, 'browser');
}

/** Cancels. What the provider says then is written in HTML. */
async function cancel(scene: Scene): Promise<void> {
  const { report, person } = scene;
  const { running, page } = await startLogin(scene, join(scene.place.directory, 'none.tar.gz'));
  await page.getByText('[ Cancel ]').click();
  await page.waitForURL(`**${CALLBACK}?**`);
  await assertPage(scene, page, 'cancels, and the provider gives its reason in HTML', [
    'The login did not succeed',
    'You can close this page. The terminal says what to do next.',
    'access_denied',
    HTML,
  ]);
  const { status, output } = await running.ended;
  const isRefused = status === 3 && output.includes('LOGIN_FAILED');
  report.assert(
    'browser: a cancelled login ends with LOGIN_FAILED (exit code 3)',
    isRefused,
    output,
  );
  const ran = person.dialogs.join(', ');
  report.assert('browser: nothing in the reason of the provider runs', ran === '', ran);
}

/** Types the code of the terminal on a page of the provider. */
async function logInByDevice(scene: Scene): Promise<void> {
  const { report, place, person } = scene;
  const archive = join(place.directory, 'device.tar.gz');
  const running = begin(...command(scene, archive, 'device'));
  const [, address = '', code = ''] = await running.said(/^Open (\S+) on any .* code "(.*)"$/m);
  const page = await open(person, address);
  await page.locator('input[name=user_code]').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
  const question = await page.getByText('Confirm Device').locator('..').innerText();
  report.assert('device: the provider shows the code of the terminal', question.includes(code));
  await page.getByRole('button', { name: 'Continue' }).click();
  await logIn(page);
  await page.getByText('Sign-in Success').waitFor();
  await photograph(page, place.directory, 'device');
  scene.rows.push(['types the code of `--login device`', 'Sign-in Success (of the provider)']);
  const { status, output } = await running.ended;
  report.assert('device: the login signs (exit code 0)', status === 0, output);
  await assertSigned(scene, archive, 'device');
}

function command(
  { place, provider }: Scene,
  archive: string,
  way: 'browser' | 'device',
): ReturnType<typeof emitCommand> {
  const words = ['--login', way, '--oidc-issuer', provider.issuer];
  const openers = join(place.directory, 'openers');
  return emitCommand(place, archive, words, { PATH: pathWith(openers), OPENED: opened(place) });
}

/** The page that our program wants to be opened, in the browser. */
async function startLogin(
  scene: Scene,
  archive: string,
): Promise<{ readonly running: Running; readonly page: Page; readonly url: string }> {
  const { place, person } = scene;
  const openers = join(place.directory, 'openers');
  mkdirSync(openers, { recursive: true });
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(join(openers, name), '#!/bin/sh\nprintf "%s\\n" "$1" > "$OPENED"\n');
    chmodSync(join(openers, name), 0o755);
  }
  writeFileSync(opened(place), '');
  const running = begin(...command(scene, archive, 'browser'));
  const [address = ''] = await running.said(/^http:\S+$/m);
  while (!readFileSync(opened(place), 'utf8').endsWith('\n')) await sleep(50);
  const url = readFileSync(opened(place), 'utf8').trim();
  scene.report.assert(
    'browser: the page that is opened is the one that is printed',
    url === address,
  );
  return { running, page: await open(person, url), url };
}

/** The file in which the opener of pages leaves their address. */
function opened({ directory }: Place): string {
  return join(directory, 'opened');
}

async function open({ context }: Person, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** On the pages of the provider. */
async function logIn(page: Page): Promise<void> {
  await page.locator('input[name=login]').fill(ACCOUNT);
  await page.locator('input[name=password]').fill('a password');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  // What follows may be held.
  await page.getByRole('button', { name: 'Continue' }).click({ noWaitAfter: true });
}

/** A page of ours: what is read on it, and that all of it fits on a phone. */
async function assertPage(
  { report, place, rows }: Scene,
  page: Page,
  when: string,
  [title = '', ...texts]: readonly string[],
): Promise<void> {
  await page.getByRole('heading').waitFor();
  const heading = await page.getByRole('heading').innerText();
  rows.push([when, heading]);
  report.assert(`somebody ${when}: the browser shows "${title}"`, heading === title, heading);
  const { text, isWhole, active } = await readPage(page);
  for (const wanted of texts) {
    report.assert(`... and "${wanted}"`, text.includes(wanted), text);
  }
  report.assert('... which fits on a phone', isWhole);
  report.assert('... with nothing that loads or runs', active === 0, `${active} elements`);
  await photograph(page, place.directory, title.toLowerCase().replaceAll(' ', '-'));
}

/** What is signed after a login is signed in the name of whoever logged in. */
async function assertSigned(
  { report, place, provider }: Scene,
  archive: string,
  way: string,
): Promise<void> {
  const signer = { ...place.sigstore, identity: ACCOUNT, issuer: provider.issuer };
  const good = await verifyEvidence(place, archive, identityWords(signer));
  report.assert(`${way}: verify-evidence accepts the account`, good.status === 0, good.output);
  const words = identityWords({ ...signer, identity: `x${ACCOUNT}` });
  const bad = await verifyEvidence(place, archive, words);
  report.assert(`${way}: verify-evidence refuses another account`, bad.status === 2, bad.output);
  const bundle = join(place.directory, `${way}.json`);
  writeFileSync(bundle, await bundleIn(archive, place.directory));
  const { status, output } = await verifyWithCosign(place, bundle, identityWords(signer));
  report.assert(`${way}: cosign accepts the account`, status === 0, output);
}

/** Our pages ask for nothing, and the provider's for nothing but a font from elsewhere. */
function assertRequests({ report, provider, person }: Scene): void {
  const ofOurs = person.requests.filter(({ by }) => by.includes(CALLBACK)).map(({ url }) => url);
  report.assert('a page of ours asks for nothing', ofOurs.length === 0, ofOurs.join('\n'));
  const isKnown = ({ url, by }: Person['requests'][number]): boolean => {
    const { origin, pathname } = new URL(url);
    if (origin === FONTS) return by.startsWith(provider.issuer);
    return (
      origin === provider.issuer ||
      (origin.startsWith('http://localhost:') && pathname === CALLBACK)
    );
  };
  const strange = person.requests.filter((asked) => !isKnown(asked)).map(({ url }) => url);
  report.assert('nothing is asked for elsewhere', strange.length === 0, strange.join('\n'));
  // Else the record would miss what it is for.
  const hasFont = person.requests.some(({ url }) => url.startsWith(FONTS));
  report.assert('the record has the font that a page of the provider asks for', hasFont);
}
