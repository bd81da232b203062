/** The way in when the password is forgotten: the recovery words, a new password, and new words for the next time. */
import { useState, type FormEvent } from 'react';
import { newRecoveryWords, type Vault, type Sealscribe } from '@sealscribe/sdk-browser';
import { connect } from '../connect.js';
import { Notice } from '../notice.js';
import { useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { NewPassword } from './new-password.js';
import { RecoveryWords } from './recovery-words.js';
import { EmailField } from './fields.js';

/** Both steps: open with the old words, then write down the new ones. */
export function RecoverForm({ onBack }: { onBack: () => void }) {
  const t = useStrings();
  const { open } = useSession();
  const { isRunning, error, run } = useAction();
  const [email, setEmail] = useState('');
  const [words, setWords] = useState('');
  const [password, setPassword] = useState('');
  const [next, setNext] = useState<{ client: Sealscribe; vault: Vault; words: string }>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const client = connect();
      const newWords = await newRecoveryWords();
      const vault = await client.recover({
        email,
        recoveryWords: words,
        newPassword: password,
        newRecoveryWords: newWords,
      });
      setNext({ client, vault, words: newWords });
    });
  };
  if (next)
    return (
      <RecoveryWords
        words={next.words}
        done={t.recovery.goOn}
        isBusy={false}
        onDone={() => open({ client: next.client, vault: next.vault, email, stays: false })}
      />
    );
  return (
    <form onSubmit={submit}>
      <h2>{t.welcome.forgotten}</h2>
      <p>{t.recovery.noWordsNoWay}</p>
      <EmailField value={email} onChange={setEmail} />
      <label>
        {t.recovery.words}
        <textarea
          rows={4}
          dir="ltr"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </label>
      <NewPassword label={t.welcome.newPassword} value={password} email={email} onChange={setPassword} />
      <Notice>{error}</Notice>
      <div className="row">
        <button type="button" onClick={onBack}>
          {t.back}
        </button>
        <button type="submit" className="primary" disabled={isRunning}>
          {isRunning ? t.welcome.opening : t.recovery.open}
        </button>
      </div>
    </form>
  );
}
