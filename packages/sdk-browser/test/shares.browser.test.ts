/** Links in a real browser, against a real server of another origin: made in one page, opened in another that has no account. */
import { describe, expect, inject, test } from 'vitest';
import { MemoryFreshness, openShare, Sealscribe, type Transcript } from '../src/index.js';

const server = inject('server');
const transcript: Transcript = {
  ...{ text: 'ask not what', language: 'en', duration: 2, model: 'moonshine-tiny-en', speakers: ['Ada'] },
  segments: [
    {
      ...{ id: 0, start: 0, end: 2, text: 'ask not what', speaker: 'Ada', confidence: 0.5 },
      words: ['ask', 'not', 'what'].map((word, i) => ({
        word,
        start: i / 2,
        end: i / 2 + 0.5,
        confidence: null,
      })),
    },
  ],
};

describe.skipIf(!server)('with a server', () => {
  test('a link with a password opens here, the wrong password and a used up link say so, and nothing of it is kept', async () => {
    const client = new Sealscribe({ server: server!.url, freshness: new MemoryFreshness() });
    const vault = await client.signUp({
      email: `share${Date.now()}@example.com`,
      password: 'correct horse battery',
    });
    const { id } = await vault.save(transcript, { title: 'Inaugural' });
    const { link } = await vault.share(id, { password: 'by telephone', views: 1 });
    await expect(openShare(link)).rejects.toMatchObject({ code: 'password_needed' });
    await expect(openShare(link, { password: 'x' })).rejects.toMatchObject({ code: 'wrong_password' });
    const shared = await openShare(link, { password: 'by telephone' });
    expect(shared).toEqual({ title: 'Inaugural', range: null, transcript });
    await expect(openShare(link, { password: 'by telephone' })).rejects.toMatchObject({ code: 'share_gone' });
    const kept = JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
    ]);
    expect(kept).not.toMatch(/telephone|Inaugural|ask not/);
    expect(kept).not.toContain(link.split('#')[1]);
  });
});
