/** The end: all transcripts, or the account with them, for good. What is typed for it no habit types; for the account the password too. */
import { useState } from 'react';
import { useOpenSession, useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { TypedConfirmation } from '../typed-confirmation.js';
import { PasswordField } from './fields.js';

/** The part of the page that is dangerous. */
export function DeleteEverything() {
  const t = useStrings();
  const [asking, setAsking] = useState<'transcripts' | 'account'>();
  const close = () => setAsking(undefined);
  return (
    <section className="card perilous">
      <h2>{t.account.deleteTitle}</h2>
      <p className="hint">{t.account.deleteWhat}</p>
      <div className="row">
        <button type="button" className="danger" onClick={() => setAsking('transcripts')}>
          {t.account.deleteTranscripts}
        </button>
        <button type="button" className="danger" onClick={() => setAsking('account')}>
          {t.account.deleteAccount}
        </button>
      </div>
      {asking === 'transcripts' && <DeleteTranscripts onClose={close} />}
      {asking === 'account' && <DeleteAccount onClose={close} />}
    </section>
  );
}

/** One after the other: each stays as a tombstone in the sealed index, so that other devices see that it was not the server. */
function DeleteTranscripts({ onClose }: { onClose: () => void }) {
  const t = useStrings();
  const { vault, email } = useOpenSession();
  const [left, setLeft] = useState<number>();
  const remove = async () => {
    const entries = await vault.list({ onProblem: () => undefined });
    for (const [at, { id }] of entries.entries()) {
      setLeft(entries.length - at);
      await vault.delete(id);
    }
    onClose();
  };
  return (
    <TypedConfirmation
      title={t.account.deleteTranscripts}
      what={t.account.deleteTranscriptsSure}
      asked={email}
      onConfirm={remove}
      onClose={onClose}
    >
      {left !== undefined && <p role="status">{t.account.deleteLeft(left)}</p>}
    </TypedConfirmation>
  );
}

function DeleteAccount({ onClose }: { onClose: () => void }) {
  const t = useStrings();
  const { client, email } = useOpenSession();
  const { lock } = useSession();
  const [password, setPassword] = useState('');
  return (
    <TypedConfirmation
      title={t.account.deleteAccount}
      what={t.account.deleteSure}
      asked={email}
      onConfirm={async () => {
        await client.deleteAccount({ email, password });
        lock();
      }}
      onClose={onClose}
    >
      <PasswordField label={t.welcome.password} value={password} onChange={setPassword} />
    </TypedConfirmation>
  );
}
