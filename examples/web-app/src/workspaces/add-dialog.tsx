/** Puts a copy of a transcript, as it is now, into a workspace. */
import { useCallback, useEffect, useState } from 'react';
import type { WorkspaceEntry } from '@sealscribe/sdk-browser';
import { Dialog } from '../dialog.js';
import { Link } from '../link.js';
import { Notice } from '../notice.js';
import { go } from '../route.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';

/** Lists the workspaces that the account may write to. */
export function AddDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { isRunning, error, run } = useAction();
  const [entries, setEntries] = useState<readonly WorkspaceEntry[]>();
  const load = useCallback(
    () =>
      run(async () => {
        const all = await vault.workspaces.list();
        setEntries(all.filter(({ role }) => role !== 'reader'));
      }),
    [vault, run],
  );
  useEffect(() => void load(), [load]);
  const add = (workspace: string) =>
    void run(async () => {
      const saved = await vault.workspaces.add(workspace, id);
      go({ screen: 'transcript', id: saved.id, workspace });
    });
  return (
    <Dialog title={t.workspaces.addTitle} onClose={onClose}>
      <p className="hint">{t.workspaces.addWhat}</p>
      <Notice>{error}</Notice>
      {!entries && error === undefined && <p className="hint">{t.library.opening}</p>}
      <ul className="rows">
        {entries?.map(({ id: workspace, name, members }) => (
          <li key={workspace} className="row between">
            <span>
              <span className="strong" dir="auto">
                {name}
              </span>
              <br />
              <span className="hint">{t.workspaces.people(members)}</span>
            </span>
            <button
              type="button"
              disabled={isRunning}
              aria-label={t.workspaces.addTo(name)}
              onClick={() => add(workspace)}
            >
              {t.workspaces.put}
            </button>
          </li>
        ))}
      </ul>
      {entries?.length === 0 && (
        <>
          <p>{t.workspaces.none}</p>
          <Link to={{ screen: 'workspaces' }} className="button">
            {t.workspaces.new}
          </Link>
        </>
      )}
    </Dialog>
  );
}
