/**
 * Which model and language a request means. Clients written for OpenAI's service name its models, and those for STT.ai's name the one
 * that they begin with: those mean the default here. Any other unknown name is an error, so that nobody takes one model's text for
 * another's.
 */
import { chooseLanguage as findLanguage } from '@sealscribe/asr';
import type { ModelInfo } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';

const OPENAI_NAME = /^(whisper-1|gpt-4o(-mini)?-transcribe(-[a-z0-9-]+)?)$/;
/** `large-v3-turbo` is what STT.ai's Python SDK asks for when its user asks for nothing. */
const DEFAULT_NAMES: ReadonlySet<string> = new Set(['', 'auto', 'default', 'large-v3-turbo']);

/**
 * The model of that name; the first one for no name and those above.
 *
 * @throws {HttpError} `model_not_found`.
 */
export function chooseModel(models: readonly ModelInfo[], name = ''): ModelInfo {
  const found = models.find(({ id }) => id === name);
  if (found) return found;
  const [first] = models;
  if (first && (DEFAULT_NAMES.has(name) || OPENAI_NAME.test(name))) return first;
  throw new HttpError('model_not_found', `This server has: ${models.map(({ id }) => id).join(', ')}.`);
}

/**
 * The tag of the model's languages that is meant; "auto" where none is named and the model has several.
 *
 * @throws {HttpError} `language_not_supported`.
 */
export function chooseLanguage(model: ModelInfo, language: string | undefined): string {
  try {
    return findLanguage(model, language === '' ? undefined : language);
  } catch (cause) {
    const message = `The model "${model.id}" knows: ${model.languages.join(', ')}.`;
    throw new HttpError('language_not_supported', message, { cause });
  }
}
