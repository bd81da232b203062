/** Email and password, which derive the key here and open the vault. */
import { useState, type FormEvent } from 'react';
import { Notice } from '../notice.js';
import { connect, useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { EmailField, PasswordField } from './fields.js';

/** The form of everyday. */
export function UnlockForm({ onForgotten }: { onForgotten: () => void }) {
  const t = useStrings();
  const { open } = useSession();
  const { isRunning, error, run } = useAction();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const client = connect();
      open({ client, vault: await client.unlock({ email, password }), email });
    });
  };
  return (
    <form onSubmit={submit}>
      <EmailField value={email} onChange={setEmail} />
      <PasswordField label={t.welcome.password} value={password} onChange={setPassword} />
      <Notice>{error}</Notice>
      <button type="submit" className="primary" disabled={isRunning}>
        {isRunning ? t.welcome.opening : t.welcome.unlock}
      </button>
      <button type="button" className="plain-link" onClick={onForgotten}>
        {t.welcome.forgotten}
      </button>
    </form>
  );
}
