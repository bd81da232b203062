/** A question before something is gone for good, answered by typing what is asked for: no habit and no slip does that. */
import { useState, type FormEvent, type ReactNode } from 'react';
import { Dialog } from './dialog.js';
import { Notice } from './notice.js';
import { useStrings } from './strings/strings.js';
import { useAction } from './use-action.js';

/** A dialog; its button works once `asked` was typed. */
export function TypedConfirmation({
  title,
  what,
  asked,
  children,
  onConfirm,
  onClose,
}: {
  /** Also what the button says. */
  title: string;
  what: string;
  asked: string;
  /** Further fields. */
  children?: ReactNode;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}) {
  const t = useStrings();
  const { isRunning, error, run } = useAction();
  const [typed, setTyped] = useState('');
  const isRight = typed.trim() === asked.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRight) void run(onConfirm);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{what}</p>
        <label>
          <span>
            {t.typeToConfirm} <bdi className="asked">{asked}</bdi>
          </span>
          <input
            dir="auto"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        {children}
        <Notice>{error}</Notice>
        <div className="row end">
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="primary danger" disabled={!isRight || isRunning}>
            {title}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
