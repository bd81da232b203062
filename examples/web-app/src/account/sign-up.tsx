/** A new account: address and password, then the recovery words, and only when somebody has them on paper the account itself. */
import { useState, type FormEvent } from 'react';
import { newRecoveryWords } from '@sealscribe/sdk-browser';
import { connect } from '../connect.js';
import { Notice } from '../notice.js';
import { useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { NewPassword } from './new-password.js';
import { RecoveryWords } from './recovery-words.js';
import { EmailField } from './fields.js';

/** Both steps. */
export function SignUp() {
  const t = useStrings();
  const { open } = useSession();
  const { isRunning, error, run } = useAction();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [words, setWords] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => setWords(await newRecoveryWords()));
  };
  const create = (recoveryWords: string) =>
    run(async () => {
      const client = connect();
      open({
        client,
        vault: await client.signUp({ email, password }, { recoveryWords }),
        email,
        stays: false,
      });
    });
  if (words !== undefined)
    return (
      <>
        <RecoveryWords
          words={words}
          done={isRunning ? t.welcome.creating : t.welcome.create}
          isBusy={isRunning}
          onDone={() => void create(words)}
          onBack={() => setWords(undefined)}
        />
        <Notice>{error}</Notice>
      </>
    );
  return (
    <form onSubmit={submit}>
      <EmailField value={email} onChange={setEmail} />
      <NewPassword label={t.welcome.newPassword} value={password} email={email} onChange={setPassword} />
      <p className="hint">{t.welcome.passwordIsTheKey}</p>
      <button type="submit" className="primary">
        {t.welcome.next}
      </button>
    </form>
  );
}
