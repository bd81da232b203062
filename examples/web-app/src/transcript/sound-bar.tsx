/** Under the player: whether the sound is kept, and what can be done about it. */
import { useState } from 'react';
import { Dialog } from '../dialog.js';
import { Notice } from '../notice.js';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toSize } from '../time-format.js';
import { useSpace } from '../workspaces/space.js';
import type { Sound } from './use-sound.js';

/** `isSaved` says that no edit waits to be saved: keeping and deleting are revisions too. */
export function SoundBar({ sound, isSaved }: { sound: Sound; isSaved: boolean }) {
  const t = useStrings();
  const { language } = useLanguage();
  const { mayWrite } = useSpace();
  const [isAsking, setAsking] = useState(false);
  const { recording, kept, fraction, error } = sound;
  const isBusy = fraction !== undefined;
  return (
    <div className="sound-bar">
      <Notice>{error}</Notice>
      {isBusy && <progress aria-label={t.sound.moving} max={1} value={fraction} />}
      {kept !== undefined && (
        <p className="row between">
          <span>{t.sound.kept(toSize(kept, language))}</span>
          <span className="row">
            {!recording && (
              <button type="button" disabled={isBusy} onClick={() => void sound.load()}>
                {t.sound.listen}
              </button>
            )}
            {mayWrite && (
              <button
                type="button"
                className="danger"
                disabled={isBusy || !isSaved}
                onClick={() => setAsking(true)}
              >
                {t.sound.remove}
              </button>
            )}
          </span>
        </p>
      )}
      {kept === undefined && recording && mayWrite && (
        <p className="row between">
          <span>{t.sound.inMemory}</span>
          <button type="button" disabled={isBusy || !isSaved} onClick={() => void sound.keep()}>
            {t.sound.keep}
          </button>
        </p>
      )}
      {isAsking && (
        <Dialog title={t.sound.remove} onClose={() => setAsking(false)}>
          <p>{t.sound.removeWhat}</p>
          <div className="row end">
            <button type="button" onClick={() => setAsking(false)}>
              {t.cancel}
            </button>
            <button
              type="button"
              className="primary danger"
              onClick={() => {
                setAsking(false);
                void sound.remove();
              }}
            >
              {t.delete.confirm}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
