/**
 * The web app in two browsers at once: a workspace from its making to its end, with fingerprints compared by hand, edits that meet, and
 * a member who is taken out. Then one browser that stays signed in because its owner asked for it.
 */
import { Sealscribe, type Vault } from '@sealscribe/sdk-node';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';
import {
  SAID,
  canRun,
  dist,
  drop,
  jfk,
  launch,
  newContext,
  stopAtFirstFailure,
  storedHere,
  textOf,
  unlock,
  type Watched,
} from './web-app-browser.js';

const PASSWORD = 'canary pass phrase of theirs';
const emailOf = (name: string) => `${name}@example.org`;

let server: RunningServer;
let browser: Browser;
const watched: Watched = { problems: [], sent: [] };
/** Refusals that a test means to happen are errors to the browser alone. */
const forgive = (status: number) => {
  watched.problems = watched.problems.filter((problem) => !problem.includes(`status of ${status}`));
};

afterEach(() => {
  const found = watched.problems;
  watched.problems = [];
  expect(found).toEqual([]);
});

beforeAll(async () => {
  if (!canRun) return;
  server = await startServer({ args: ['--web', dist, '--workers', '1'] });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const device = () => new Sealscribe({ server: server.url, fingerprint: server.fingerprint });

/** A new account with one transcript, and a page in which it is unlocked. */
async function arrive(name: string): Promise<{ vault: Vault; page: Page; context: BrowserContext }> {
  const credentials = { email: emailOf(name), password: PASSWORD };
  const vault = await device().signUp(credentials);
  await vault.save(transcriptOf(`canary words of ${name}`), { title: `Notes of ${name}`, tags: ['minutes'] });
  const context = await newContext(browser, watched);
  const page = await context.newPage();
  await page.goto(`${server.url}/app/workspaces`);
  await unlock(page, credentials.email, PASSWORD);
  await page.getByRole('heading', { name: 'Workspaces', level: 1 }).waitFor();
  return { vault, page, context };
}

/** Comes back to the tab: what others did is looked for then. */
const lookAgain = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')));

async function ownFingerprint(page: Page): Promise<string> {
  const shown = page.locator('.fingerprint output').last();
  await expect.poll(() => shown.textContent()).toMatch(/^(\w{4}-){4}\w{4}$/);
  return (await shown.textContent()) ?? '';
}

describe.skipIf(!canRun)('two people and a workspace', () => {
  stopAtFirstFailure();
  let ada: Page;
  let bob: Page;
  let fingerprints: { ada: string; bob: string };

  test('is made, and somebody is brought in by the fingerprint that both have compared', async () => {
    [ada, bob] = (await Promise.all([arrive('ada'), arrive('bob')])).map(({ page }) => page) as [Page, Page];
    fingerprints = { ada: await ownFingerprint(ada), bob: await ownFingerprint(bob) };

    await ada.getByLabel('Name of the workspace').fill('Newsroom');
    await ada.getByRole('button', { name: 'Make it' }).click();
    await ada.getByText('Nothing here yet').waitFor();
    await ada.getByRole('button', { name: 'People' }).click();
    await ada.getByLabel('Email').fill(emailOf('bob'));
    await ada.getByRole('button', { name: 'Next: compare fingerprints' }).click();
    const told = ada.locator('.fingerprint output');
    await told.waitFor();
    await expect.poll(() => told.textContent()).toBe(fingerprints.bob);

    // Nothing is sealed to him before that: he is asked to wait.
    await lookAgain(bob);
    await bob.getByText(/Once they have confirmed it/).waitFor();
    expect(await bob.getByRole('button', { name: 'Accept' }).count()).toBe(0);

    const bringIn = ada.getByRole('button', { name: 'Bring in' });
    await bringIn.click();
    await expect.poll(() => told.count()).toBe(1);
    await ada.getByLabel('I have compared them').check();
    await bringIn.click();
    await ada.getByText('Has not accepted yet').waitFor();

    await lookAgain(bob);
    await bob.getByRole('button', { name: 'Accept' }).waitFor();
    await expect.poll(() => bob.locator('.fingerprint output').first().textContent()).toBe(fingerprints.ada);
    await bob.getByLabel('I have compared them').check();
    await bob.getByRole('button', { name: 'Accept' }).click();
    await bob.getByText('Nothing here yet').waitFor();
  });

  test('shows what one puts in to the other, and an edit as a revision', async () => {
    await ada.getByRole('link', { name: 'Transcripts' }).first().click();
    await ada.getByText('Notes of ada').click();
    await ada.getByRole('button', { name: 'Workspace', exact: true }).click();
    await ada.getByRole('button', { name: 'Put into Newsroom' }).click();
    await ada.getByRole('link', { name: 'Newsroom' }).waitFor();

    await lookAgain(bob);
    await bob.getByText('Notes of ada').click();
    await bob.locator('.said p').first().waitFor();
    await expect.poll(() => textOf(bob)).toEqual(['canary words of ada']);
    await bob.getByRole('button', { name: 'Edit', exact: true }).click();
    await bob.locator('.segment textarea').first().fill('canary words of ada and bob');
    await bob.getByRole('button', { name: 'Done' }).click();
    await bob.getByText('Saved · revision 2').waitFor();

    await lookAgain(ada);
    await ada.getByText('Somebody else has changed this transcript: revision 2.').waitFor();
    await ada.getByRole('button', { name: 'Show that version' }).click();
    await expect.poll(() => textOf(ada)).toEqual(['canary words of ada and bob']);
    await ada.getByRole('button', { name: 'History' }).click();
    const dialog = ada.getByRole('dialog');
    await expect.poll(() => dialog.getByRole('listitem').count()).toBe(2);
    await ada.keyboard.press('Escape');
  });

  test('two edits that meet: nothing is overwritten before somebody says so', async () => {
    for (const [page, text] of [
      [ada, 'from ada'],
      [bob, 'from bob'],
    ] as const) {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.locator('.segment textarea').first().fill(text);
    }
    await ada.getByRole('button', { name: 'Done' }).click();
    await ada.getByText('Saved · revision 3').waitFor();
    await bob.getByRole('button', { name: 'Done' }).click();
    await bob.getByText('was changed elsewhere meanwhile').waitFor();
    forgive(412);
    forgive(409);
    await expect.poll(() => textOf(bob)).toEqual(['from bob']);
    await bob.getByRole('button', { name: 'Keep mine' }).click();
    await bob.getByText('Saved · revision 4').waitFor();
    await lookAgain(ada);
    await ada.getByRole('button', { name: 'Show that version' }).click();
    await expect.poll(() => textOf(ada)).toEqual(['from bob']);
    // The other one's edit is a revision still.
    await ada.getByRole('button', { name: 'History' }).click();
    const third = ada.getByRole('listitem').filter({ hasText: /revision 3/ });
    await third.getByRole('button', { name: 'Show' }).click();
    await expect.poll(() => ada.locator('.earlier').textContent()).toContain('from ada');
    await ada.keyboard.press('Escape');
  });

  test('a recording that is dropped into it goes there and nowhere else', async () => {
    await ada.getByRole('link', { name: 'Newsroom' }).click();
    await ada.getByText('everybody in it can read the transcript').waitFor();
    await drop(ada, jfk, 'canary speech.wav');
    await ada.getByText('Sealed and saved').waitFor();
    await ada.getByText('for Newsroom').waitFor();
    await ada.getByRole('link', { name: 'Open', exact: true }).click();
    await ada.locator('.said p').first().waitFor();
    expect((await textOf(ada)).join(' ')).toMatch(SAID);
    expect(new URL(ada.url()).pathname).toMatch(/^\/app\/workspaces\/[\w-]{22}\/transcripts\//);

    await bob.getByRole('link', { name: 'Newsroom' }).click();
    await lookAgain(bob);
    await bob.locator('.entry-title', { hasText: 'canary speech' }).click();
    await bob.locator('.said p').first().waitFor();
    await expect.poll(() => textOf(bob)).toEqual(await textOf(ada));
    const hers = await device().unlock({ email: emailOf('ada'), password: PASSWORD });
    expect((await hers.list()).map(({ title }) => title)).toEqual(['Notes of ada']);
    // The microphone of a workspace records for it too.
    await bob.getByRole('link', { name: 'Newsroom' }).click();
    await bob.locator('.drop').getByRole('link', { name: 'Record' }).click();
    await bob.getByText('everybody in it can read the transcript').waitFor();
    await bob.getByRole('link', { name: 'Newsroom' }).click();
    await bob.locator('.entry-title', { hasText: 'canary speech' }).click();
  });

  test('a link to what lies in it leads to a copy of whoever makes it', async () => {
    await bob.getByRole('button', { name: 'Share' }).click();
    const dialog = bob.getByRole('dialog');
    await dialog.getByText('A copy goes into your own transcripts').waitFor();
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const link = await dialog.getByLabel('Link', { exact: true }).inputValue();
    await bob.keyboard.press('Escape');
    const reader = await (await newContext(browser, watched)).newPage();
    await reader.goto(link);
    await reader.locator('.said p').first().waitFor();
    expect((await textOf(reader)).join(' ')).toMatch(SAID);
    await reader.context().close();
    const his = await device().unlock({ email: emailOf('bob'), password: PASSWORD });
    expect((await his.list()).map(({ title }) => title)).toEqual(['canary speech', 'Notes of bob']);
    await bob.getByRole('link', { name: 'Account' }).first().click();
    await bob.getByRole('button', { name: 'Take back' }).click();
    await bob.getByText('No links.').waitFor();
    await bob.goBack();
  });

  test('a reader reads, and is offered nothing else', async () => {
    await ada.getByRole('link', { name: 'Newsroom' }).click();
    await ada.getByRole('button', { name: 'People' }).click();
    await ada.getByLabel(`Role of ${emailOf('bob')}`).selectOption('reader');
    await expect.poll(() => ada.getByLabel(`Role of ${emailOf('bob')}`).inputValue()).toBe('reader');
    await bob.reload();
    await unlock(bob, emailOf('bob'), PASSWORD);
    await bob.locator('.said p').first().waitFor();
    expect(await bob.getByRole('button', { name: /^(Edit|Delete|Share)$/ }).count()).toBe(0);
    expect(await bob.getByLabel('Title').getAttribute('readonly')).not.toBeNull();
    await bob.getByRole('link', { name: 'Newsroom' }).click();
    await bob.locator('a.entry').first().click({ trial: true });
    expect(await bob.locator('.drop').count()).toBe(0);
    await bob.goBack();
  });

  test('who is taken out opens nothing any more, and a workspace goes only when its name was typed', async () => {
    await ada.getByRole('button', { name: `Remove ${emailOf('bob')}` }).click();
    await expect.poll(() => ada.locator('.people li').count()).toBe(1);
    await bob.getByRole('link', { name: 'Newsroom' }).click();
    await bob.getByRole('alert').first().waitFor();
    forgive(404);
    await bob.getByRole('link', { name: 'Workspaces' }).first().click();
    await bob.getByText('You are in no workspace yet').waitFor();
    await ada.getByRole('button', { name: 'Delete the workspace' }).click();
    const dialog = ada.getByRole('dialog');
    await dialog.getByLabel(/To confirm/).fill('Newsroom');
    await dialog.getByRole('button', { name: 'Delete the workspace' }).click();
    await ada.getByText('You are in no workspace yet').waitFor();
    forgive(404);
  });

  test('nobody else was told: names, texts and passwords are nowhere in the clear', async () => {
    for (const secret of [PASSWORD, 'Newsroom', 'canary words', 'from bob', 'minutes']) {
      expect(watched.sent.filter(({ body }) => body.includes(secret))).toEqual([]);
      expect(await storedHere(ada)).not.toContain(secret);
      expect(server.stderr()).not.toContain(secret);
    }
  });
});

describe.skipIf(!canRun)('one person, one browser', () => {
  let page: Page;
  const email = emailOf('carol');

  test('stays signed in only where that was asked for, and no longer than until the lock', async () => {
    const { page: first, context } = await arrive('carol');
    page = first;
    await page.reload();
    await page.getByRole('button', { name: 'Unlock' }).last().waitFor();
    expect(await storedHere(page)).not.toContain(email);

    await page.getByLabel('Stay signed in on this device').check();
    await unlock(page, email, PASSWORD);
    await page.getByRole('heading', { name: 'Workspaces', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Workspaces', level: 1 }).waitFor();
    const next = await context.newPage();
    await next.goto(server.url);
    await next.getByText('Notes of carol').waitFor();
    await next.close();
    expect(await storedHere(page)).not.toContain(PASSWORD);

    await page.getByRole('button', { name: 'Lock' }).click();
    await expect.poll(() => storedHere(page)).not.toContain(email);
    await page.reload();
    await expect.poll(() => page.getByLabel('Password').count()).toBe(1);
    expect(await page.getByRole('heading', { name: 'Workspaces', level: 1 }).count()).toBe(0);
  });

  test('tags, a speaker and times are edited, and a tag finds what has it', async () => {
    await unlock(page, email, PASSWORD);
    await page.getByRole('link', { name: 'Transcripts' }).first().click();
    await page.getByText('Notes of carol').click();
    await page.getByLabel('Add a tag').fill('ગુજરાતી');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove the tag minutes' }).click();
    await page.getByText('Saved · revision 2').waitFor();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByLabel(/^Name of Speaker 1/).fill('Carol');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Times' }).click();
    await page.getByLabel('Seconds').fill('-1');
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByText('Nothing can begin before the recording does').waitFor();
    await page.getByLabel('Seconds').fill('61.5');
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByLabel('Text at 1:01').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByLabel('Text at 0:00').waitFor();
    await page.getByRole('button', { name: 'Redo' }).click();
    await page.getByText('Saved · revision').waitFor();
    await page.getByRole('link', { name: 'Transcripts' }).first().click();
    await page.getByRole('button', { name: 'ગુજરાતી' }).click();
    await expect.poll(() => page.locator('a.entry').count()).toBe(1);
    const [entry] = await (await device().unlock({ email, password: PASSWORD })).list();
    expect(entry).toMatchObject({ tags: ['ગુજરાતી'], speakers: ['Carol'], duration: 63.75 });
  });

  test('deletes all transcripts once the email was typed, and the account stays', async () => {
    await page.getByRole('link', { name: 'Account' }).first().click();
    await page.getByRole('button', { name: 'Delete all transcripts' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Delete all transcripts' });
    await dialog.getByLabel(/To confirm/).fill('carol');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/To confirm/).fill(email);
    await confirm.click();
    await dialog.waitFor({ state: 'detached' });
    expect(await (await device().unlock({ email, password: PASSWORD })).list()).toEqual([]);
  });
});
