/** Transcripts together with others: how they know this account, who wants it where, the workspaces there are, and a new one. */
import { useCallback, useState, type FormEvent } from 'react';
import type { Invitation as Invited, Person, WorkspaceEntry } from '@sealscribe/sdk-browser';
import { Link } from '../link.js';
import { Notice } from '../notice.js';
import { go } from '../route.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { Fingerprint } from './fingerprint.js';
import { Invitation } from './invitation.js';
import { useRefresh } from './use-refresh.js';

/** All of it on one page. */
export function WorkspacesScreen() {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { error, run } = useAction();
  const [self, setSelf] = useState<Person>();
  const [entries, setEntries] = useState<readonly WorkspaceEntry[]>();
  const [invitations, setInvitations] = useState<readonly Invited[]>([]);
  const load = useCallback(
    () =>
      run(async () => {
        const { workspaces } = vault;
        setSelf(await workspaces.identity());
        setInvitations(await workspaces.invitations());
        setEntries(await workspaces.list());
      }),
    [vault, run],
  );
  useRefresh(load);
  return (
    <div className="account">
      <h1>{t.frame.workspaces}</h1>
      <p className="lead">{t.workspaces.lead}</p>
      <Notice>{error}</Notice>
      {invitations.map((invitation) => (
        <Invitation key={invitation.workspaceId} invitation={invitation} onGone={() => void load()} />
      ))}
      {entries && entries.length > 0 && (
        <ul className="entries">
          {entries.map(({ id, name, role, members }) => (
            <li key={id}>
              <Link to={{ screen: 'workspace', workspace: id }} className="entry">
                <span className="entry-title" dir="auto">
                  {name}
                </span>
                <span className="entry-facts">
                  <span>{t.workspaces.people(members)}</span>
                  <span>{t.workspaces.roles[role]}</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {entries?.length === 0 && <p className="hint">{t.workspaces.none}</p>}
      <NewWorkspace />
      <section className="card">
        <h2>{t.workspaces.you}</h2>
        <Fingerprint label={t.workspaces.ownFingerprint} value={self?.fingerprint} />
        <p className="hint">{t.workspaces.readOut}</p>
      </section>
    </div>
  );
}

function NewWorkspace() {
  const t = useStrings();
  const { vault, email } = useOpenSession();
  const { isRunning, error, run } = useAction();
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const { id } = await vault.workspaces.create(name, { email });
      go({ screen: 'workspace', workspace: id });
    });
  };
  return (
    <form className="card" onSubmit={submit}>
      <h2>{t.workspaces.new}</h2>
      <div className="row bottom">
        <label>
          {t.workspaces.name}
          <input dir="auto" required value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <button type="submit" className="primary" disabled={isRunning}>
          {t.workspaces.make}
        </button>
      </div>
      <Notice>{error}</Notice>
    </form>
  );
}
