import { describe, expect, it } from 'vitest';
import { chooseLanguage, chooseModel } from '../../src/transcription/choose-model.js';

const model = (id: string, ...languages: string[]) => ({
  id,
  name: id,
  languages,
  description: '',
  wordTimestamps: true,
});
const models = [model('first', 'en'), model('second', 'de', 'fr')];

describe('the model of a request', () => {
  it.each([
    undefined,
    '',
    'auto',
    'default',
    'large-v3-turbo',
    'whisper-1',
    'gpt-4o-transcribe',
    'gpt-4o-transcribe-diarize',
  ])('is the first for %j', (name) => expect(chooseModel(models, name).id).toBe('first'));
  it('is the one that was named', () => expect(chooseModel(models, 'second').id).toBe('second'));
  it.each(['whisper-2', 'Second', 'gpt-4o', ' first'])('is an error with a list for %j', (name) => {
    expect(() => chooseModel(models, name)).toThrow(
      expect.objectContaining({ code: 'model_not_found', message: expect.stringContaining('first, second') }),
    );
  });
});

describe('the language of a request', () => {
  it('is the only one of a model, and left to a model of several, unless named', () => {
    expect([undefined, '', 'auto'].map((language) => chooseLanguage(models[0], language))).toEqual(
      Array(3).fill('en'),
    );
    expect(chooseLanguage(models[1], 'auto')).toBe('auto');
    expect(chooseLanguage(models[1], 'FR-ca')).toBe('fr');
  });
  it('is an error where the model does not know it', () => {
    expect(() => chooseLanguage(models[1], 'en')).toThrow(
      expect.objectContaining({ code: 'language_not_supported', message: expect.stringContaining('de, fr') }),
    );
  });
});
