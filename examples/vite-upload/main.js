// A recording goes to the server, its text comes back, is sealed here and kept there. The password goes nowhere.
import { Sealscribe, SealscribeError } from '@sealscribe/sdk-browser';

const find = (selector) => document.querySelector(selector);
const status = find('[role=status]');

find('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const { server, email, password, recording, isNew } = Object.fromEntries(new FormData(form));
  find('button').disabled = true;
  const client = new Sealscribe({ server });
  try {
    const credentials = { email, password };
    const vault = isNew ? await client.signUp(credentials) : await client.unlock(credentials);
    const transcript = await client.transcribe(
      { data: recording },
      {
        onProgress: ({ stage, fraction }) =>
          (status.textContent = `${stage}: ${Math.round(fraction * 100)} %`),
      },
    );
    find('#text').textContent = transcript.text;
    await vault.save(transcript, { title: recording.name, fileName: recording.name });
    find('#kept').replaceChildren(
      ...(await vault.list()).map(({ title, duration }) => {
        const item = document.createElement('li');
        item.textContent = `${title}, ${Math.round(duration)} s`;
        return item;
      }),
    );
    status.textContent = 'Sealed and kept.';
  } catch (error) {
    // Every code is in docs/errors.md.
    if (!(error instanceof SealscribeError)) throw error;
    status.textContent = `${error.message} (${error.code})`;
  } finally {
    find('button').disabled = false;
    await client.close();
  }
});
