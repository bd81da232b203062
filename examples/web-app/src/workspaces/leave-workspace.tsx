/** The ways out of a workspace: leave it to the others, or delete it for everybody. */
import { useState } from 'react';
import type { Workspace } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { go } from '../route.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { TypedConfirmation } from '../typed-confirmation.js';
import { useAction } from '../use-action.js';

/** Two buttons; `mayLeave` is false for the only owner. */
export function LeaveWorkspace({ workspace, mayLeave }: { workspace: Workspace; mayLeave: boolean }) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { isRunning, error, run } = useAction();
  const [isDeleting, setDeleting] = useState(false);
  const leave = async () => {
    if (await run(() => vault.workspaces.leave(workspace.id))) go({ screen: 'workspaces' });
  };
  return (
    <section className="card perilous">
      <p className="hint">{mayLeave ? t.workspaces.leaveWhat : t.workspaces.onlyOwner}</p>
      <Notice>{error}</Notice>
      <div className="row">
        <button type="button" disabled={!mayLeave || isRunning} onClick={() => void leave()}>
          {t.workspaces.leave}
        </button>
        {workspace.role === 'owner' && (
          <button type="button" className="danger" onClick={() => setDeleting(true)}>
            {t.workspaces.delete}
          </button>
        )}
      </div>
      {isDeleting && (
        <TypedConfirmation
          title={t.workspaces.delete}
          what={t.workspaces.deleteWhat}
          asked={workspace.name}
          onConfirm={async () => {
            await vault.workspaces.delete(workspace.id);
            go({ screen: 'workspaces' });
          }}
          onClose={() => setDeleting(false)}
        />
      )}
    </section>
  );
}
