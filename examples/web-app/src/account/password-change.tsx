/** Another password. Every other session ends with it. */
import { useState, type FormEvent } from 'react';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { NewPassword } from './new-password.js';
import { PasswordField } from './fields.js';

/** The form for it. */
export function PasswordChange({ onDone }: { onDone: () => void }) {
  const t = useStrings();
  const { client, email } = useOpenSession();
  const { isRunning, error, run } = useAction();
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => client.changeKeys({ email, password: old }, { password }))) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <PasswordField label={t.account.oldPassword} value={old} onChange={setOld} />
      <NewPassword label={t.welcome.newPassword} value={password} email={email} onChange={setPassword} />
      <Notice>{error}</Notice>
      <button type="submit" className="primary" disabled={isRunning}>
        {t.account.changePassword}
      </button>
    </form>
  );
}
