/** The 24 words, to be written down: shown once, then asked back for one of them, because a copy that nobody made opens nothing. */
import { useState, type FormEvent } from 'react';
import { Icon } from '../icon.js';
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';

/** The words and the proof that somebody has them. */
export function RecoveryWords({
  words,
  done,
  isBusy,
  onDone,
  onBack,
}: {
  words: string;
  /** What the button says. */
  done: string;
  isBusy: boolean;
  onDone: () => void;
  onBack?: () => void;
}) {
  const t = useStrings();
  const list = words.split(' ');
  // Which one is asked for depends on the words alone, so that it stays the same while this is shown.
  const asked = words.length % list.length;
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isRight = typed.trim().toLowerCase() === list[asked];
    setWrong(!isRight);
    if (isRight) onDone();
  };
  return (
    <form onSubmit={submit} className="recovery">
      <h2>{t.recovery.title}</h2>
      <p>{t.recovery.why}</p>
      <ol className="words" dir="ltr" lang="en">
        {list.map((word, at) => (
          // Words may repeat; their place is what tells them apart.
          <li key={at}>{word}</li>
        ))}
      </ol>
      <button type="button" className="plain-link print-hidden" onClick={() => window.print()}>
        <Icon name="download" />
        {t.recovery.print}
      </button>
      <label>
        {t.recovery.typeWord(asked + 1)}
        <input
          dir="ltr"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <Notice>{isWrong ? t.recovery.wrongWord(asked + 1) : undefined}</Notice>
      <div className="row">
        {onBack && (
          <button type="button" onClick={onBack} disabled={isBusy}>
            {t.back}
          </button>
        )}
        <button type="submit" className="primary" disabled={isBusy}>
          {done}
        </button>
      </div>
    </form>
  );
}
