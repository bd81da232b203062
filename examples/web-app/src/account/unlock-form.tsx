/** Email and password, which derive the key here and open the vault. */
import { useEffect, useState, type FormEvent } from 'react';
import { connect } from '../connect.js';
import { Notice } from '../notice.js';
import { useSession } from '../session.js';
import { rememberStay, resumeStay } from '../stay.js';
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
  const [stays, setStays] = useState(false);
  useEffect(() => {
    let isThere = true;
    void run(async () => {
      const kept = await resumeStay();
      if (kept && isThere) open(kept);
    });
    return () => void (isThere = false);
  }, [run, open]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const client = connect();
      const vault = await client.unlock({ email, password }, { stay: stays });
      if (stays) rememberStay(email);
      open({ client, vault, email, stays });
    });
  };
  return (
    <form onSubmit={submit}>
      <EmailField value={email} onChange={setEmail} />
      <PasswordField label={t.welcome.password} value={password} onChange={setPassword} />
      <div>
        <label className="check">
          <input type="checkbox" checked={stays} onChange={(event) => setStays(event.target.checked)} />
          {t.stay.ask}
        </label>
        {stays && <p className="hint">{t.stay.what}</p>}
      </div>
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
