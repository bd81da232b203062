/** A browser under the client: fetch, Blobs and timers. Trust in certificates is the browser's own business. */
import {
  ConnectionError,
  SealscribeError,
  SourceError,
  type OpenAudio,
  type Platform,
  type PlatformRequest,
} from '@sealscribe/sdk-core';
import { whenOnline } from './when-online.js';
import type * as Device from './device.js';
import type { DeviceOptions } from './device/device-options.js';

/** The platform of pages and workers. The recogniser is loaded when a recording is first meant for it. */
export function browserPlatform(device?: DeviceOptions): Platform {
  let transcriber: Device.DeviceTranscriber | undefined;
  const recogniser = async () => {
    const { DeviceTranscriber } = await loadDevice();
    return (transcriber ??= new DeviceTranscriber(device));
  };
  return {
    transcribeOnDevice: async (recording, options) => (await recogniser()).transcribe(recording, options),
    streamOnDevice: async (options) => (await recogniser()).stream(options),
    fetch: send,
    openSocket: (address) => new WebSocket(address),
    // Streamed uploads need HTTP/2 and are not in every browser; a Blob of a File is read from the disk as it is sent.
    streamsUploads: false,
    openAudio,
    // What fetch fails with in browsers, which tell a page no reason.
    explain: (cause) =>
      cause instanceof TypeError
        ? new ConnectionError(
            'The server cannot be reached, or the browser refuses it: does it run, is its certificate trusted, and does it allow this page (--allow-origin)?',
            { cause },
          )
        : undefined,
    sleep,
    whenOnline,
    random: Math.random,
    now: Date.now,
  };
}

async function send(address: string, { method, headers, body, signal }: PlatformRequest): Promise<Response> {
  return fetch(address, {
    method,
    headers,
    body: (body as BodyInit | undefined) ?? null,
    signal,
    redirect: 'error',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
  });
}

async function openAudio(source: { path: string } | { url: string | URL }): Promise<OpenAudio> {
  if ('path' in source) throw new TypeError('source.path is for Node: pass {data: file} in a browser');
  const url = new URL(source.url, globalThis.location?.href);
  return {
    name: url.pathname.split('/').at(-1),
    size: undefined,
    reopenable: true,
    open: async (signal) => {
      try {
        const answer = await fetch(url, { signal, credentials: 'omit' });
        if (answer.ok) return await answer.blob();
      } catch (cause) {
        if (signal.aborted) throw cause;
        throw new SourceError('The recording could not be downloaded.', { cause });
      }
      throw new SourceError('The recording could not be downloaded.');
    },
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

async function loadDevice(): Promise<typeof Device> {
  try {
    return await import('./device.js');
  } catch (cause) {
    throw new SealscribeError('device_files_missing', 'device.js could not be loaded. Nothing was sent.', {
      cause,
    });
  }
}
