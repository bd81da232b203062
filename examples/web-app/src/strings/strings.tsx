/** The interface's language: the browser's, or the one that was chosen. The choice is all that is kept. */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { en, type Strings } from './en.js';
import { gu } from './gu.js';

/** The languages there are, in their own names. */
export const languages = { en: 'English', gu: 'ગુજરાતી' } as const;
/** Code of a language of the interface. */
export type Language = keyof typeof languages;

const all: Record<Language, Strings> = { en, gu };
const KEY = 'sealscribe-language';

interface StringsValue {
  language: Language;
  t: Strings;
  choose: (language: Language) => void;
}

const Context = createContext<StringsValue>({ language: 'en', t: en, choose: () => undefined });

const isLanguage = (code: unknown): code is Language => typeof code === 'string' && Object.hasOwn(all, code);

function firstLanguage(): Language {
  const kept = stored();
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // A browser may forbid storage altogether.
    return null;
  }
}

/** Gives the strings to everything below. */
export function StringsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(
    () => ({
      language,
      t: all[language],
      choose: (next: Language) => {
        setLanguage(next);
        try {
          localStorage.setItem(KEY, next);
        } catch {
          // Then it is asked of the browser again next time.
        }
      },
    }),
    [language],
  );
  return <Context value={value}>{children}</Context>;
}

/** What the interface says, in the language of now. */
export function useStrings(): Strings {
  return useContext(Context).t;
}

/** Which language it is, and how to choose another. */
export function useLanguage(): Omit<StringsValue, 't'> {
  return useContext(Context);
}
