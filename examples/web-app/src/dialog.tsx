/** A dialog in front of the page: the browser's own, which keeps the keyboard inside and closes with Escape. */
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Icon } from './icon.js';
import { useStrings } from './strings/strings.js';

/** Shown as long as it is there. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const t = useStrings();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby={heading}>
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="quiet icon-only" onClick={onClose} aria-label={t.close}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
