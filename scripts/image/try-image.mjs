// @ts-check
// What an image promises, tried on a container of it: it comes up, says that it is well, transcribes, serves the page, is backed up,
// writes nowhere but where it may, reaches nothing, and ends in order when it is told to.
import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bareWords, sampleRecording } from '../demo/recording.mjs';

/** @typedef {import('./container.mjs').Container} Container */
/** @typedef {import('./dockerfile.mjs').ImageConfig} ImageConfig */

/** What the kernel makes in every container: nothing in them is a file. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'pts', 'console'];

/** @param {string} what @param {boolean} holds @param {string} [detail] */
function must(what, holds, detail = '') {
  if (!holds) throw new Error(`The image does not keep this: ${what}\n${detail}`);
}

/** A new account's session; its keys are random bytes, for transcription has nothing to do with them. @param {Container} container @param {string} url */
function newSession(container, url) {
  const bytes = (/** @type {number} */ length) => randomBytes(length).toString('base64url');
  const keys = {
    ...{ email: `${bytes(12)}@example.com`, salt: bytes(16), iterations: 600_000, keyVersion: 1 },
    ...{ authKey: bytes(32), wraps: { password: bytes(104) } },
  };
  const body = JSON.stringify({ accountId: bytes(16), keys });
  const { output } = container.curl(['--json', body, `${url}/v1/accounts`]);
  return JSON.parse(output).token;
}

/**
 * Tries a container that was just started, to its end.
 * @param {Container} container @param {ImageConfig} image
 * @param {{ writable: string[], say: (line: string) => void }} options `writable` are the paths that may be written.
 * @throws {Error} at the first promise that is not kept, with the container's log.
 */
export async function tryImage(container, image, { writable, say }) {
  const url = `https://127.0.0.1:${image.port}`;
  const health = await comesUp(container, `${url}/health`);
  must('ffmpeg decodes', health.decoder === 'ffmpeg', JSON.stringify(health));
  must(
    'the embedded model is there',
    JSON.stringify(health).includes('moonshine-tiny-en'),
    JSON.stringify(health),
  );
  say(`up: ${JSON.stringify(health)}`);

  const check = container.exec(image.healthcheck);
  must('its health check says yes', check.status === 0, check.output);

  const { path, words } = sampleRecording();
  const inside = join(`/proc/${container.pid}/root/tmp`, 'recording');
  copyFileSync(path, inside);
  const made = container.exec(['ffmpeg', '-loglevel', 'error', '-i', '/tmp/recording', '/tmp/recording.m4a']);
  must('its ffmpeg makes an m4a in the temporary folder', made.status === 0, made.output);
  const token = newSession(container, url);
  for (const file of [path, `/proc/${container.pid}/root/tmp/recording.m4a`]) {
    const form = ['--form', `file=@${file};filename=recording`, '--header', `Authorization: Bearer ${token}`];
    const { output } = container.curl([...form, `${url}/v1/transcribe`]);
    must('it transcribes', bareWords(JSON.parse(output).text ?? '') === words, output);
  }
  say('a recording is transcribed, as it is and as m4a');
  const page = container.curl([`${url}/`]).output;
  must('it serves the web app', page.includes('<script type="module"'), page);

  const [data = ''] = image.volumes;
  const backup = container.exec(['node', '/app/backup.mjs', `${data}/store`, `${data}/backup`]);
  must('a backup is made while it runs', backup.status === 0, backup.output);

  mayWrite(container, [...writable, ...DEVICES.map((name) => `/dev/${name}`), '/proc']);
  const user = container.exec(['id', '-u']).output;
  must('its user is not root', /^[1-9]/.test(user), user);
  const status = readFileSync(`/proc/${container.pid}/status`, 'utf8');
  must('it has no capability', /^CapEff:\s0+$/m.test(status) && /^CapPrm:\s0+$/m.test(status), status);
  say(`user ${user}, no capability; it may write ${writable.join(' and ')} alone`);

  must('it reports nothing that went wrong', !/"level":(5|6)0/.test(container.output), container.output);
  const code = await container.stop();
  must('it ends in order when it is told to', code === 0, `code ${code}\n${container.output}`);
  say('SIGTERM ends it, with code 0');
}

/** Waits for the health route. @param {Container} container @param {string} address */
async function comesUp(container, address) {
  let over = false;
  void container.ended.then(() => (over = true));
  for (const end = Date.now() + 180_000; Date.now() < end && !over;) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (over || container.output === '') continue;
    const { status, output } = container.curl([address]);
    if (status === 0) return JSON.parse(output);
  }
  throw new Error(`The image does not come up.\n${container.output}`);
}

/** The kernel's list of mounts, and an attempt at every folder of the image. @param {Container} container @param {string[]} allowed */
function mayWrite(container, allowed) {
  const mounts = container.writableMounts.filter((path) => !allowed.includes(path));
  must('no other mount is writable', mounts.length === 0, mounts.join('\n'));
  const pruned = allowed.map((path) => `-path ${path} -prune -o`).join(' ');
  const folders = `find / ${pruned} -type d -print 2>/dev/null | while read -r folder; do
    (: > "$folder/written") 2>/dev/null && echo "$folder"; rm -f "$folder/written" 2>/dev/null
  done; true`;
  const { output } = container.exec(['/bin/sh', '-c', folders]);
  must('no folder of the image can be written', output === '', output);
}
