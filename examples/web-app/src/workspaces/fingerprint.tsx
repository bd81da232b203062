/** A fingerprint, as people read it to each other: five groups of four. */
import { useId } from 'react';
import { useStrings } from '../strings/strings.js';

/** Shown large enough to be read out. */
export function Fingerprint({ label, value }: { label: string; value: string | undefined }) {
  const id = useId();
  return (
    <p className="fingerprint">
      <span id={id} className="hint">
        {label}
      </span>
      <output dir="ltr" aria-labelledby={id}>
        {value ?? '…'}
      </output>
    </p>
  );
}

/** The word of a person that two fingerprints are the same; nothing goes on without it. */
export function Compared({ isSame, onChange }: { isSame: boolean; onChange: (isSame: boolean) => void }) {
  const t = useStrings();
  return (
    <label className="check">
      <input type="checkbox" required checked={isSame} onChange={(event) => onChange(event.target.checked)} />
      {t.workspaces.compared}
    </label>
  );
}
