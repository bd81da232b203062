/** One question before a transcript is gone. */
import { Dialog } from '../dialog.js';
import { Notice } from '../notice.js';
import { go } from '../route.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { useSpace } from '../workspaces/space.js';

/** Deletes on confirmation, and goes back to the list. */
export function DeleteDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useStrings();
  const { transcripts, workspace } = useSpace();
  const { isRunning, error, run } = useAction();
  const confirm = async () => {
    if (await run(() => transcripts.delete(id)))
      go(workspace ? { screen: 'workspace', workspace: workspace.id } : { screen: 'library' });
  };
  return (
    <Dialog title={t.delete.title} onClose={onClose}>
      <p>{t.delete.what}</p>
      <Notice>{error}</Notice>
      <div className="row end">
        <button type="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button type="button" className="primary danger" disabled={isRunning} onClick={() => void confirm()}>
          {t.delete.confirm}
        </button>
      </div>
    </Dialog>
  );
}
