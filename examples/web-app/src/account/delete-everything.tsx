/** The end: all transcripts, or the account with them, at once and for good. The password is asked for once more. */
import { useState, type FormEvent } from 'react';
import { Dialog } from '../dialog.js';
import { Notice } from '../notice.js';
import { useOpenSession, useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { PasswordField } from './fields.js';

/** The part of the page that is dangerous. */
export function DeleteEverything() {
  const t = useStrings();
  const [isAsking, setAsking] = useState(false);
  return (
    <section className="card perilous">
      <h2>{t.account.deleteTitle}</h2>
      <p className="hint">{t.account.deleteWhat}</p>
      <button type="button" className="danger" onClick={() => setAsking(true)}>
        {t.account.deleteAccount}
      </button>
      {isAsking && <Question onClose={() => setAsking(false)} />}
    </section>
  );
}

function Question({ onClose }: { onClose: () => void }) {
  const t = useStrings();
  const { client, email } = useOpenSession();
  const { lock } = useSession();
  const { isRunning, error, run } = useAction();
  const [password, setPassword] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => client.deleteAccount({ email, password }))) lock();
  };
  return (
    <Dialog title={t.account.deleteAccount} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{t.account.deleteSure}</p>
        <PasswordField label={t.welcome.password} value={password} onChange={setPassword} />
        <Notice>{error}</Notice>
        <div className="row end">
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="primary danger" disabled={isRunning}>
            {t.account.deleteAccount}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
