/** Times that are all off by the same: everything from some point on is moved, words with their segments. */
import { useState, type FormEvent } from 'react';
import { shiftTimes } from '@sealscribe/sdk-browser';
import { Dialog } from '../dialog.js';
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';
import { fromClock } from '../time-format.js';
import { useAction } from '../use-action.js';
import type { Edits } from './use-edits.js';

/** Asks by how much, and from where on. */
export function TimesDialog({ edits, onClose }: { edits: Edits; onClose: () => void }) {
  const t = useStrings();
  const { error, run } = useAction();
  const [seconds, setSeconds] = useState('');
  const [from, setFrom] = useState('0:00');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await run(async () => {
      const start = fromClock(from);
      const first = edits.transcript.segments.find((segment) => start !== undefined && segment.end > start);
      if (!first) throw new RangeError(t.times.noSuchPlace);
      if ((first.start + Number(seconds)) * 1000 < 0) throw new RangeError(t.times.tooEarly);
      edits.apply((transcript) => shiftTimes(transcript, Number(seconds), { from: first.id }));
    });
    if (done) onClose();
  };
  return (
    <Dialog title={t.times.title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p className="hint">{t.times.what}</p>
        <div className="row">
          <label>
            {t.times.seconds}
            <input
              type="number"
              step="0.001"
              required
              dir="ltr"
              value={seconds}
              onChange={(event) => setSeconds(event.target.value)}
            />
          </label>
          <label>
            {t.times.from}
            <input
              required
              dir="ltr"
              pattern="(\d+:)?\d?\d:\d\d"
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          </label>
        </div>
        <Notice>{error}</Notice>
        <button type="submit" className="primary">
          {t.times.shift}
        </button>
      </form>
    </Dialog>
  );
}
