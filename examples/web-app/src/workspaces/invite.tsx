/** Bringing somebody in: by email, then by the fingerprint that they read out. Nothing is sealed to a key that nobody compared. */
import { useState, type FormEvent } from 'react';
import type { Person, Role, Workspace } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { Compared, Fingerprint } from './fingerprint.js';
import { RoleChoice } from './role-choice.js';

/** The form, in its two steps. */
export function Invite({ workspace, onDone }: { workspace: Workspace; onDone: () => void }) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { isRunning, error, run } = useAction();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const [invited, setInvited] = useState<Person>();
  const [isSame, setSame] = useState(false);
  const again = () => {
    setInvited(undefined);
    setEmail('');
    setSame(false);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!invited) {
      await run(async () => setInvited(await vault.workspaces.invite(workspace.id, email)));
      return;
    }
    const how = { fingerprint: invited.fingerprint, role };
    if (!(await run(() => vault.workspaces.confirm(workspace.id, email, how)))) return;
    again();
    onDone();
  };
  const withdraw = async () => {
    if (invited && (await run(() => vault.workspaces.withdraw(workspace.id, invited.accountId)))) again();
  };
  return (
    <form className="card" onSubmit={(event) => void submit(event)}>
      <h2>{t.workspaces.invite}</h2>
      <div className="row bottom">
        <label>
          {t.welcome.email}
          <input
            type="email"
            autoComplete="off"
            required
            dir="ltr"
            readOnly={invited !== undefined}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </label>
        {!invited && (
          <button type="submit" disabled={isRunning}>
            {t.workspaces.askFingerprint}
          </button>
        )}
      </div>
      {invited && (
        <>
          <Fingerprint label={t.workspaces.theirFingerprint} value={invited.fingerprint} />
          <p className="hint">{t.workspaces.compareMember}</p>
          <Compared isSame={isSame} onChange={setSame} />
          <div className="row">
            <RoleChoice label={t.workspaces.role} role={role} onChange={setRole} />
            <button type="submit" className="primary" disabled={isRunning}>
              {t.workspaces.bringIn}
            </button>
            <button type="button" disabled={isRunning} onClick={() => void withdraw()}>
              {t.workspaces.withdraw}
            </button>
          </div>
        </>
      )}
      <Notice>{error}</Notice>
    </form>
  );
}
