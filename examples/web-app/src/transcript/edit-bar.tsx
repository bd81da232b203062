/** Undo and redo, and what the keys do while somebody edits. */
import { useEffect } from 'react';
import { Icon } from '../icon.js';
import { useStrings } from '../strings/strings.js';
import type { Edits } from './use-edits.js';

/** The bar over the text under edit. */
export function EditBar({ edits }: { edits: Edits }) {
  const t = useStrings();
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
      <span className="hint">{t.edit.keys}</span>
    </div>
  );
}

const isField = (target: EventTarget | null) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
