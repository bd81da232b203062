/** A transcript to be corrected, segment by segment. A change is made when the field is left, so that undo goes in steps people know. */
import { memo, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import {
  mergeSegments,
  mergeSpeakers,
  renameSpeaker,
  setSpeaker,
  setText,
  splitSegment,
  type Segment,
  type Transcript,
} from '@sealscribe/sdk-browser';
import { Icon } from '../icon.js';
import { useStrings } from '../strings/strings.js';
import { toClock } from '../time-format.js';
import { speakerCalled, speakerLabel, speakersOf } from './speaker-label.js';
import type { Edits } from './use-edits.js';

type Apply = (edit: (transcript: Transcript) => Transcript) => void;

/** All segments, as fields. */
export function EditableText({ edits, onJump }: { edits: Edits; onJump: (seconds: number) => void }) {
  const t = useStrings();
  const { segments } = edits.transcript;
  const speakers = speakersOf(segments);
  // Segments that did not change are not drawn again: what they call must stay the same.
  const latest = useRef({ edits, onJump });
  useEffect(() => {
    latest.current = { edits, onJump };
  });
  const [apply] = useState<Apply>(() => (edit: Parameters<Apply>[0]) => latest.current.edits.apply(edit));
  const [jump] = useState(() => (seconds: number) => latest.current.onJump(seconds));
  return (
    <div className="segments">
      <Speakers speakers={speakers} apply={apply} />
      <datalist id="speakers">
        {speakers.map((speaker) => (
          <option key={speaker} value={speakerLabel(speaker, t)} />
        ))}
      </datalist>
      {segments.map((segment) => (
        <EditSegment
          key={`${segment.id} ${segment.start}`}
          segment={segment}
          isLast={segment.id === segments.length - 1}
          apply={apply}
          onJump={jump}
        />
      ))}
      <p className="unseen">{t.edit.end}</p>
    </div>
  );
}

/** The names of all speakers: another name here is another name everywhere; a name that is there already makes two people one. */
function Speakers({ speakers, apply }: { speakers: readonly string[]; apply: Apply }) {
  const t = useStrings();
  if (speakers.length === 0) return null;
  const rename = (from: string, name: string) => {
    const to = speakerCalled(name, speakers, t);
    if (to === '' || to === from) return;
    apply((transcript) =>
      speakers.includes(to) ? mergeSpeakers(transcript, [to, from], to) : renameSpeaker(transcript, from, to),
    );
  };
  return (
    <fieldset className="speakers">
      <legend>{t.edit.speakers}</legend>
      {speakers.map((speaker) => (
        <input
          key={speaker}
          dir="auto"
          defaultValue={speakerLabel(speaker, t)}
          aria-label={t.edit.nameOf(speakerLabel(speaker, t))}
          onBlur={({ target }) => rename(speaker, target.value.trim())}
          onKeyDown={leaveOnEnter}
        />
      ))}
    </fieldset>
  );
}

const EditSegment = memo(function EditSegment({
  segment,
  isLast,
  apply,
  onJump,
}: {
  segment: Segment;
  isLast: boolean;
  apply: Apply;
  onJump: (seconds: number) => void;
}) {
  const t = useStrings();
  const { id, start, text, speaker } = segment;
  const called = speaker === null ? '' : speakerLabel(speaker, t);
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(text);
  useEffect(() => setDraft(text), [text]);
  const commit = () => {
    if (draft !== text) apply((transcript) => setText(transcript, id, draft));
  };
  const split = () => {
    const at = field.current?.selectionStart ?? 0;
    if (draft.slice(0, at).trim() === '' || draft.slice(at).trim() === '') return;
    apply((transcript) => splitSegment(setText(transcript, id, draft), id, at));
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    split();
  };
  return (
    <div className="segment" data-segment={id}>
      <button
        type="button"
        className="time"
        aria-label={t.transcript.playFrom(toClock(start))}
        onClick={() => onJump(start)}
      >
        {toClock(start)}
      </button>
      <div className="said">
        <input
          className="speaker"
          list="speakers"
          dir="auto"
          placeholder={t.edit.speaker}
          aria-label={t.edit.speakerAt(toClock(start))}
          // A new name from elsewhere shows; typing here is the field's own until it is left.
          key={speaker}
          defaultValue={called}
          onBlur={({ target }) => {
            const name = target.value.trim();
            if (name === called) return;
            apply((transcript) =>
              setSpeaker(transcript, id, speakerCalled(name, speakersOf(transcript.segments), t) || null),
            );
          }}
          onKeyDown={leaveOnEnter}
        />
        <div className="grow" data-text={`${draft} `}>
          <textarea
            ref={field}
            rows={1}
            dir="auto"
            aria-label={t.edit.textAt(toClock(start))}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={commit}
            onKeyDown={press}
          />
        </div>
      </div>
      <div className="segment-tools">
        {/* The field keeps the cursor, which says where to cut. */}
        <button
          type="button"
          className="quiet icon-only"
          title={t.edit.split}
          aria-label={t.edit.split}
          onMouseDown={(event) => event.preventDefault()}
          onClick={split}
        >
          <Icon name="split" />
        </button>
        <button
          type="button"
          className="quiet icon-only"
          title={t.edit.merge}
          aria-label={t.edit.merge}
          disabled={isLast}
          onClick={() => apply((transcript) => mergeSegments(transcript, id, id + 1))}
        >
          <Icon name="merge" />
        </button>
      </div>
    </div>
  );
});

function leaveOnEnter(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === 'Enter') event.currentTarget.blur();
}
