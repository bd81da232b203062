/** Resumable uploads as a stranger with an HTTP client makes them, by the words of tus 1.0. */
import { speech } from './behaviour-requests.js';
import { call, type Answer, type RequestOptions } from './server-requests.js';

/** One account's way to a server's uploads. */
export class Uploader {
  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  /** A request with the version and the session, unless `headers` says otherwise. */
  send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.token}`, 'tus-resumable': '1.0.0', ...options.headers };
    return call(new URL(path, this.url).href, { ...options, method, headers });
  }

  /** Creates an upload; gives its path. */
  async create(length: number): Promise<string> {
    const answer = await this.send('POST', '/v1/uploads', { headers: { 'upload-length': String(length) } });
    if (answer.status !== 201) throw new Error(`creating an upload answered ${answer.status}`);
    return String(answer.headers.location);
  }

  patch(
    path: string,
    offset: number,
    body: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send('PATCH', path, {
      body,
      headers: {
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
        'content-length': String(body.length),
        ...headers,
      },
    });
  }

  /** Bytes that are there, or the status where there is no such upload. */
  async offset(path: string): Promise<number | string> {
    const { status, headers } = await this.send('HEAD', path);
    return status === 200 ? Number(headers['upload-offset']) : `status ${status}`;
  }

  /** `POST /v1/transcribe` (or another route) with a form that names an upload. */
  transcribe(
    path: string,
    fields: Record<string, string> = {},
    route = '/v1/transcribe',
    signal?: AbortSignal,
  ): Promise<Answer> {
    const named = { upload: path.split('/').at(-1) ?? '', ...fields };
    const parts = Object.entries(named).map(
      ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const body = Buffer.from(`${parts.join('')}--b--\r\n`);
    return this.send('POST', route, {
      body,
      ...(signal && { signal }),
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': String(body.length) },
    });
  }
}

/** A WAV file of this size: a second of speech, and behind its samples bytes that are no sound, each other than its neighbours. */
export function paddedSpeech(size: number): Buffer {
  const sound = speech({ end: 1 });
  return Buffer.concat(
    [sound, Buffer.from(Uint32Array.from({ length: size / 4 }, (_, i) => i).buffer)],
    size,
  );
}
