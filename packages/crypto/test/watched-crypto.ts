/** The Web Crypto of the runtime with somebody looking over its shoulder: every call, its arguments and what it gave. */
import { useWebCrypto } from '../src/index.js';

/** One call of Web Crypto. */
export interface Call {
  name: string;
  args: unknown[];
  result: unknown;
}

const native = globalThis.crypto;

/** Runs `work` and tells every call of `subtle`, and the arrays that `getRandomValues` filled. */
export async function watch(work: () => Promise<unknown>): Promise<{ calls: Call[]; random: Uint8Array[] }> {
  const calls: Call[] = [];
  const random: Uint8Array[] = [];
  const subtle = new Proxy(native.subtle, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const call: Call = { name: String(name), args, result: undefined };
        calls.push(call);
        return (call.result = await method.apply(target, args));
      };
    },
  });
  const getRandomValues = (bytes: Uint8Array<ArrayBuffer>) => {
    native.getRandomValues(bytes);
    random.push(bytes);
    return bytes;
  };
  useWebCrypto({ subtle, getRandomValues } as Crypto);
  try {
    await work();
  } finally {
    useWebCrypto(native);
  }
  return { calls, random };
}
