/** Somebody wants this account in a workspace: compare, then accept or decline. */
import { useState, type FormEvent } from 'react';
import type { Invitation as Invited } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { go } from '../route.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { Compared, Fingerprint } from './fingerprint.js';

/** One invitation. */
export function Invitation({ invitation, onGone }: { invitation: Invited; onGone: () => void }) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { isRunning, error, run } = useAction();
  const [isSame, setSame] = useState(false);
  const { workspaceId, from, confirmed } = invitation;
  const accept = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => vault.workspaces.accept(workspaceId, { fingerprint: from.fingerprint })))
      go({ screen: 'workspace', workspace: workspaceId });
  };
  const decline = async () => {
    if (await run(() => vault.workspaces.leave(workspaceId))) onGone();
  };
  return (
    <form className="card" onSubmit={(event) => void accept(event)}>
      <h2>{t.workspaces.invited}</h2>
      <Fingerprint label={t.workspaces.theirFingerprint} value={from.fingerprint} />
      {confirmed ? (
        <>
          <p className="hint">{t.workspaces.compareOwner}</p>
          <Compared isSame={isSame} onChange={setSame} />
        </>
      ) : (
        <p role="status">{t.workspaces.unconfirmed}</p>
      )}
      <Notice>{error}</Notice>
      <div className="row">
        {confirmed && (
          <button type="submit" className="primary" disabled={isRunning}>
            {t.workspaces.accept}
          </button>
        )}
        <button type="button" disabled={isRunning} onClick={() => void decline()}>
          {t.workspaces.decline}
        </button>
      </div>
    </form>
  );
}
