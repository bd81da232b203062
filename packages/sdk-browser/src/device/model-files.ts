/**
 * The files of the recogniser: fetched from the page's own origin, checked against their SHA-256, and kept in Cache Storage, so that
 * the second visit loads nothing. The model's hashes are those of its manifest; the runtime's stands here, because the program in
 * this bundle runs with no other.
 */
import { encodeBase64url, sha256 } from '@sealscribe/crypto';
import { DeviceFailure } from './device-failure.js';

/** A file and what it must be. */
export interface ModelFileInfo {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What `manifest.json` beside the model says of it. */
export interface ModelManifest {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly languages: readonly string[];
  readonly files: readonly ModelFileInfo[];
}

/** The WebAssembly of onnxruntime-web 1.30.0. A test compares it with the package. */
export const RUNTIME_FILE: ModelFileInfo = {
  name: 'ort-wasm-simd-threaded.wasm',
  size: 14_239_897,
  sha256: '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2',
};

const MANIFEST = 'manifest.json';
const CACHE = 'sealscribe-device';
const MOST_BYTES = 1024 ** 3;
/** Only names beside the manifest: what it says must not lead anywhere else. */
const NAME = /^[\w-][\w.-]*$/;

/** Gets files from one folder; tells how many bytes have come. */
export class ModelFiles {
  readonly #folder: string;
  readonly #onBytes: (bytes: number) => void;

  /** @param folder Address of the folder, with a slash at its end. */
  constructor(folder: string, onBytes: (bytes: number) => void) {
    this.#folder = folder;
    this.#onBytes = onBytes;
  }

  /** @throws {DeviceFailure} `device_files_missing` */
  async manifest(): Promise<ModelManifest> {
    const answer = await this.#fetch(MANIFEST, 'no-cache');
    try {
      return readManifest(await answer.json());
    } catch (cause) {
      throw this.#missing(MANIFEST, 'is no manifest of a model', cause);
    }
  }

  /**
   * The bytes of a file, from the cache or the network.
   *
   * @throws {DeviceFailure} `device_files_missing` when it is not there, or is another than it must be.
   */
  async get(file: ModelFileInfo): Promise<Uint8Array<ArrayBuffer>> {
    const kept = await openCache();
    const key = `${this.#folder}${file.name}?sha256=${file.sha256}`;
    const found = await kept?.match(key);
    if (found) {
      const bytes = new Uint8Array(await found.arrayBuffer());
      if (await isFile(bytes, file)) {
        this.#onBytes(bytes.length);
        return bytes;
      }
    }
    const bytes = await this.#download(file);
    if (!(await isFile(bytes, file)))
      throw this.#missing(file.name, 'is another file than the manifest says');
    if (kept) await keep(kept, key, bytes);
    return bytes;
  }

  async #download(file: ModelFileInfo): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.#fetch(file.name, 'default');
    const bytes = new Uint8Array(file.size);
    let length = 0;
    try {
      const reader = answer.body?.getReader();
      for (;;) {
        const { done = true, value } = (await reader?.read()) ?? {};
        if (done || !value) break;
        // Too long: `set` throws.
        bytes.set(value, length);
        length += value.length;
        this.#onBytes(value.length);
      }
    } catch (cause) {
      throw this.#missing(file.name, 'did not arrive whole', cause);
    }
    return bytes.subarray(0, length);
  }

  async #fetch(name: string, cache: RequestCache): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`${this.#folder}${name}`, { mode: 'same-origin', redirect: 'error', cache });
    } catch (cause) {
      throw this.#missing(name, 'could not be loaded', cause);
    }
    if (answer.ok) return answer;
    throw this.#missing(name, `could not be loaded (status ${answer.status})`);
  }

  #missing(name: string, what: string, cause?: unknown): DeviceFailure {
    return new DeviceFailure(
      'device_files_missing',
      `${this.#folder}${name} ${what}: fill that folder with sealscribe-device-files.`,
      { cause },
    );
  }
}

/** None in private windows of some browsers: everything works without, only again and again. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined;
  }
}

/** Keeps a file in the place of its earlier versions. A full disk is no reason to fail. */
async function keep(cache: Cache, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await cache.delete(key, { ignoreSearch: true });
    await cache.put(key, new Response(bytes));
  } catch {
    // It is fetched again next time.
  }
}

async function isFile(bytes: Uint8Array, { size, sha256: hash }: ModelFileInfo): Promise<boolean> {
  const wanted = Uint8Array.from(hash.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return bytes.length === size && (await sha256(bytes)) === encodeBase64url(wanted);
}

function readManifest(value: unknown): ModelManifest {
  const manifest = value as ModelManifest;
  const texts = [manifest.id, manifest.name, manifest.family, ...manifest.languages];
  const isGood =
    texts.every((text) => typeof text === 'string') &&
    manifest.files.every(
      ({ name, size, sha256 }) =>
        NAME.test(name) && Number.isSafeInteger(size) && size <= MOST_BYTES && /^[0-9a-f]{64}$/.test(sha256),
    );
  if (!isGood) throw new TypeError('This is not a manifest');
  return manifest;
}
