/** Earlier revisions of a transcript, which stay sealed in the vault, and the way back to one of them. */
import { useCallback, useEffect, useState } from 'react';
import type { VaultEntry, VaultTranscript } from '@sealscribe/sdk-browser';
import { Dialog } from '../dialog.js';
import { Notice } from '../notice.js';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toDate } from '../time-format.js';
import { useAction } from '../use-action.js';
import { useSpace } from '../workspaces/space.js';

/** Lists revisions; the one that is looked at is shown under them. */
export function HistoryDialog({
  id,
  onClose,
  onRestored,
}: {
  id: string;
  onClose: () => void;
  onRestored: (current: VaultTranscript) => void;
}) {
  const t = useStrings();
  const { language } = useLanguage();
  const { transcripts, mayWrite } = useSpace();
  const { isRunning, error, run } = useAction();
  const [revisions, setRevisions] = useState<readonly VaultEntry[]>([]);
  const [shown, setShown] = useState<VaultTranscript>();
  const load = useCallback(
    () => run(async () => setRevisions(await transcripts.history(id))),
    [run, transcripts, id],
  );
  useEffect(() => void load(), [load]);
  const restore = (revision: number) =>
    run(async () => {
      await transcripts.restore(id, revision);
      onRestored(await transcripts.open(id));
      onClose();
    });
  return (
    <Dialog title={t.history.title} onClose={onClose}>
      <Notice>{error}</Notice>
      <ul className="rows">
        {revisions.map(({ revision, updatedAt }, at) => (
          <li key={revision} className="row between">
            <span>
              <span className="strong">{t.edit.revision(revision)}</span>
              <br />
              <span className="hint">{toDate(updatedAt, language)}</span>
            </span>
            {at === 0 ? (
              <span className="hint">{t.history.present}</span>
            ) : (
              <span className="row">
                <button
                  type="button"
                  disabled={isRunning}
                  onClick={() => void run(async () => setShown(await transcripts.openRevision(id, revision)))}
                >
                  {t.history.show}
                </button>
                {mayWrite && (
                  <button type="button" disabled={isRunning} onClick={() => void restore(revision)}>
                    {t.history.restore}
                  </button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      {shown && (
        <div className="earlier" dir="auto" lang={shown.language}>
          <h3>{t.edit.revision(shown.revision)}</h3>
          {shown.transcript.segments.map(({ id: segment, text }) => (
            <p key={segment} dir="auto">
              {text}
            </p>
          ))}
        </div>
      )}
    </Dialog>
  );
}
