/** What can be done with a transcript. */
import { useState } from 'react';
import type { VaultTranscript } from '@sealscribe/sdk-browser';
import { Icon } from '../icon.js';
import { Link } from '../link.js';
import { useStrings } from '../strings/strings.js';
import { AddDialog } from '../workspaces/add-dialog.js';
import { useSpace } from '../workspaces/space.js';
import { DeleteDialog } from './delete-dialog.js';
import { ExportMenu } from './export-menu.js';
import { HistoryDialog } from './history-dialog.js';
import { ShareDialog } from './share-dialog.js';
import type { Edits } from './use-edits.js';

/** The row of buttons under the title. */
export function Tools({
  edits,
  isEditing,
  onEdit,
  fileName,
  onReload,
}: {
  edits: Edits;
  isEditing: boolean;
  onEdit: () => void;
  fileName: string | null;
  /** Takes the transcript as it is once an earlier revision was restored. */
  onReload: (current: VaultTranscript) => void;
}) {
  const t = useStrings();
  const { workspace, mayWrite, place } = useSpace();
  const [dialog, setDialog] = useState<'history' | 'share' | 'add' | 'delete'>();
  const close = () => setDialog(undefined);
  return (
    <div className="tools">
      {mayWrite && (
        <button type="button" aria-pressed={isEditing} onClick={onEdit}>
          <Icon name="edit" />
          {isEditing ? t.edit.done : t.edit.start}
        </button>
      )}
      <ExportMenu transcript={edits.transcript} title={edits.title ?? fileName ?? t.untitled} />
      {mayWrite && (
        <button type="button" onClick={() => setDialog('share')}>
          <Icon name="link" />
          {t.share.start}
        </button>
      )}
      {!workspace && (
        <button type="button" onClick={() => setDialog('add')}>
          <Icon name="people" />
          {t.workspaces.add}
        </button>
      )}
      <button type="button" disabled={edits.state !== 'saved'} onClick={() => setDialog('history')}>
        <Icon name="undo" />
        {t.history.start}
      </button>
      <Link to={{ screen: 'server', id: edits.id, ...place }} className="button">
        <Icon name="bytes" />
        {t.server.link}
      </Link>
      {mayWrite && (
        <button type="button" className="danger" onClick={() => setDialog('delete')}>
          <Icon name="trash" />
          {t.delete.start}
        </button>
      )}
      {dialog === 'history' && <HistoryDialog id={edits.id} onClose={close} onRestored={onReload} />}
      {dialog === 'share' && <ShareDialog id={edits.id} onClose={close} />}
      {dialog === 'add' && <AddDialog id={edits.id} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog id={edits.id} onClose={close} />}
    </div>
  );
}
