/** Which language the interface speaks. */
import { languages, useLanguage, useStrings, type Language } from '../strings/strings.js';

/** A small list of languages. */
export function LanguageChoice() {
  const t = useStrings();
  const { language, choose } = useLanguage();
  return (
    <label className="language">
      <span>{t.account.language}</span>
      <select value={language} onChange={(event) => choose(event.target.value as Language)}>
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
