/**
 * A language model of the user's own choice, spoken to in the chat dialect of OpenAI that Ollama, llama.cpp and many others know
 * (POST {url}/chat/completions). It is called by the user's program and by nothing else here, over its own connection, and never
 * through a Sealscribe server: that server would see in the clear what it must not see.
 */
import { SealscribeError } from '../errors.js';

/** Something that answers a text with a text. */
export interface LanguageModel {
  /** Tokens that question and answer may have together. */
  readonly contextTokens: number;
  /** Answers `prompt`, held to `instructions`. */
  complete(
    instructions: string,
    prompt: string,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<string>;
}

/** Where the model is. */
export interface ChatModelOptions {
  /** Address under which `/chat/completions` is, such as `http://127.0.0.1:11434/v1` for Ollama. */
  url: string;
  /** Name of the model there. */
  model: string;
  /** API key, where one is needed; sent to that address alone. */
  key?: string | undefined;
  /** 8,192 by default. */
  contextTokens?: number | undefined;
  /** Address of the Sealscribe server, which must not be the model's. */
  server: string;
  /** Another `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** Bytes of an answer that are read at most. */
const MAX_ANSWER = 4 * 2 ** 20;

/**
 * A model behind an OpenAI-compatible address. Nothing is sent yet.
 * @throws TypeError when the address is none, goes in the clear beyond this machine, or is the Sealscribe server's
 */
export function chatModel(options: ChatModelOptions): LanguageModel {
  const { model, key, contextTokens = 8192, fetch = globalThis.fetch } = options;
  const base = checkAddress(options.url, options.server);
  if (typeof model !== 'string' || model === '') throw new TypeError('model must be the name of a model');
  if (!Number.isSafeInteger(contextTokens) || contextTokens < 512)
    throw new RangeError('contextTokens must be a whole number from 512');
  return {
    contextTokens,
    async complete(instructions, prompt, { signal } = {}) {
      const messages = [
        { role: 'system', content: instructions },
        { role: 'user', content: prompt },
      ];
      const request = {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ model, messages, stream: false, temperature: 0.2 }),
        // A redirect would take the text to an address that nobody chose.
        redirect: 'error',
        credentials: 'omit',
        ...(signal ? { signal } : {}),
      } as const;
      let response: Response;
      try {
        response = await fetch(`${base}/chat/completions`, request);
      } catch (failure) {
        signal?.throwIfAborted();
        throw new SealscribeError('model_failed', 'The language model cannot be reached.', {
          cause: failure,
        });
      }
      if (!response.ok)
        throw new SealscribeError(
          'model_failed',
          `The language model refused the request (status ${response.status}).`,
        );
      return readAnswer(await response.text());
    },
  };
}

function checkAddress(text: string, server: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new TypeError('url must be a plain http(s) address');
  if (url.protocol === 'http:' && !/^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url.hostname))
    throw new TypeError('url must be https:// beyond this machine');
  if (url.origin === new URL(server).origin)
    throw new TypeError('url must not be that of the Sealscribe server');
  return url.href.replace(/\/+$/, '');
}

/** The text of an answer; what models think aloud before it is left out. */
function readAnswer(body: string): string {
  try {
    if (body.length > MAX_ANSWER) throw new RangeError('too long');
    const { choices } = JSON.parse(body) as { choices: { message: { content: unknown } }[] };
    const content = choices[0]?.message.content;
    if (typeof content === 'string') return content.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim();
  } catch {
    // said below
  }
  throw new SealscribeError('model_failed', 'The language model gave an answer that is not understood.');
}
