import { describe, expect, it } from 'vitest';
import { SpokenLanguage } from '../src/index.js';

describe('the language of a transcript', () => {
  it('is the one asked for, whatever was heard', () => {
    const spoken = new SpokenLanguage();
    spoken.add({ text: 'Hallo', language: 'de' }, 10);
    expect(spoken.resolve('en')).toBe('en');
  });

  it('is the one heard for most seconds when nobody said', () => {
    const spoken = new SpokenLanguage();
    spoken.add({ text: 'Okay', language: 'en' }, 1);
    spoken.add({ text: 'Guten Tag', language: 'de' }, 4);
    spoken.add({ text: 'Yes', language: 'en' }, 2);
    expect(spoken.resolve('auto')).toBe('de');
  });

  it('is undetermined where there is no text or no model that could tell', () => {
    const spoken = new SpokenLanguage();
    spoken.add({ text: '', language: 'en' }, 9);
    spoken.add({ text: 'hello' }, 9);
    expect(spoken.resolve('auto')).toBe('und');
  });
});
