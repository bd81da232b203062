/** Email and password, which derive the key here and open the vault. */
import { useState, type FormEvent } from 'react';
import { Notice } from '../notice.js';
import { connect, useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';

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
      <label>
        {t.welcome.email}
        <input
          type="email"
          autoComplete="username"
          required
          dir="ltr"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </label>
      <label>
        {t.welcome.password}
        <input
          type="password"
          autoComplete="current-password"
          required
          dir="ltr"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
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
