/** Undo and redo, times that are off, and what the keys do while somebody edits. */
import { useEffect, useState } from 'react';
import { Icon } from '../icon.js';
import { useStrings } from '../strings/strings.js';
import { TimesDialog } from './times-dialog.js';
import type { Edits } from './use-edits.js';

/** The bar over the text under edit. */
export function EditBar({ edits }: { edits: Edits }) {
  const t = useStrings();
  const [isShifting, setShifting] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      // Inside a field the browser's own undo is the one that is meant.
      if (!(event.ctrlKey || event.metaKey) || isField(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      if (key === 'y' || event.shiftKey) edits.redo();
      else edits.undo();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [edits]);
  return (
    <div className="edit-bar">
      <button type="button" onClick={edits.undo} disabled={!edits.canUndo}>
        <Icon name="undo" />
        {t.edit.undo}
      </button>
      <button type="button" onClick={edits.redo} disabled={!edits.canRedo}>
        <Icon name="redo" />
        {t.edit.redo}
      </button>
      <button type="button" onClick={() => setShifting(true)}>
        <Icon name="time" />
        {t.times.start}
      </button>
      <span className="hint">{t.edit.keys}</span>
      {isShifting && <TimesDialog edits={edits} onClose={() => setShifting(false)} />}
    </div>
  );
}

const isField = (target: EventTarget | null) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
