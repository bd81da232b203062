/**
 * Recordings that need Node: files, read as streams, and addresses, downloaded HERE and passed on (the server fetches nothing).
 * Neither is ever held whole.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fetch } from 'undici';
import { SourceError, type OpenAudio } from '@sealscribe/sdk-core';

/**
 * Opens a file or an address.
 * @throws TypeError when it is neither; SourceError when it cannot be read
 */
export async function openAudio(source: { path: string } | { url: string | URL }): Promise<OpenAudio> {
  return 'path' in source ? openFile(source.path) : openAddress(source.url);
}

async function openFile(path: string): Promise<OpenAudio> {
  if (typeof path !== 'string' || path === '') throw new TypeError('source.path must be a file name');
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  if (found.isDirectory()) throw new SourceError('The recording cannot be read: this is a folder.');
  // A pipe or device has no size beforehand and can be read only once.
  const isFile = found.isFile();
  return {
    name: basename(path),
    size: isFile ? found.size : undefined,
    reopenable: isFile,
    open: async () => {
      if (isFile && found.size === 0) return new Blob();
      // No further than the size that was announced, should the file grow meanwhile.
      return readLazily(path, isFile ? { end: found.size - 1 } : {});
    },
    ...(isFile && {
      openPart: async (start: number, end: number) => {
        const now = await stat(path).catch((cause: unknown) => {
          throw unreadable(cause);
        });
        // Parts of two recordings would make neither.
        if (now.size !== found.size || now.mtimeMs !== found.mtimeMs)
          throw new SourceError('The recording was changed while it was sent: send it again.');
        return readLazily(path, { start, end: end - 1 });
      },
    }),
  };
}

/** Opens the file when the first bytes are wanted and closes it when no more are: a request that never began leaves nothing open. */
async function* readLazily(
  path: string,
  range: { start?: number; end?: number },
): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, range) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): SourceError {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'this user may not read it',
  };
  const code = String((cause as { code?: unknown }).code);
  // Not the system's message: it holds the file's name.
  return new SourceError(`The recording cannot be read: ${reasons[code] ?? code}.`);
}

async function openAddress(address: string | URL): Promise<OpenAudio> {
  const url = URL.canParse(String(address)) ? new URL(String(address)) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new TypeError('source.url must be an http:// or https:// address');
  return {
    name: basename(url.pathname),
    size: undefined,
    reopenable: true,
    open: async (signal) => {
      const answer = await fetch(url, { signal }).catch((cause: unknown) => {
        if (signal.aborted) throw cause;
        throw new SourceError('The recording could not be downloaded.', { cause });
      });
      if (!answer.ok || !answer.body)
        throw new SourceError(`The recording could not be downloaded: status ${answer.status}.`);
      return answer.body;
    },
  };
}
