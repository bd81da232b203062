/** A transcript to be read: paragraphs by speaker, each word a place to jump to. Also what a share shows. */
import { memo, type MouseEvent } from 'react';
import type { Segment } from '@sealscribe/sdk-browser';
import { useStrings } from '../strings/strings.js';
import { toClock } from '../time-format.js';
import { speakerLabel } from './speaker-label.js';
import { piecesOf } from './spoken-words.js';

/** All segments. Clicks on words are caught here, once for all of them. */
export function ReadingText({
  segments,
  onJump,
}: {
  segments: readonly Segment[];
  onJump?: (seconds: number) => void;
}) {
  const click = ({ target }: MouseEvent) => {
    const place = (target as Element).closest<HTMLElement>('[data-start]');
    if (place) onJump?.(Number(place.dataset['start']));
  };
  return (
    // The keyboard's way to the same places are the times, which are buttons.
    <div className={onJump ? 'segments listening' : 'segments'} onClick={click}>
      {segments.map((segment, at) => (
        <ReadSegment
          key={segment.id}
          segment={segment}
          isHeard={onJump !== undefined}
          isNewSpeaker={segment.speaker !== null && segment.speaker !== segments[at - 1]?.speaker}
        />
      ))}
    </div>
  );
}

const ReadSegment = memo(function ReadSegment({
  segment,
  isHeard,
  isNewSpeaker,
}: {
  segment: Segment;
  /** Whether there is something to jump in. */
  isHeard: boolean;
  isNewSpeaker: boolean;
}) {
  const t = useStrings();
  const { id, start, speaker, words } = segment;
  return (
    <div className="segment" data-segment={id}>
      {isHeard ? (
        <button
          type="button"
          className="time"
          data-start={start}
          aria-label={t.transcript.playFrom(toClock(start))}
        >
          {toClock(start)}
        </button>
      ) : (
        <span className="time">{toClock(start)}</span>
      )}
      <div className="said">
        {isNewSpeaker && (
          <strong className="speaker" dir="auto">
            {speaker !== null && speakerLabel(speaker, t)}
          </strong>
        )}
        <p dir="auto">
          {piecesOf(segment).map((piece, at) =>
            piece.word === undefined ? (
              piece.text
            ) : (
              <span key={at} className="word" data-word={piece.word} data-start={words[piece.word]?.start}>
                {piece.text}
              </span>
            ),
          )}
        </p>
      </div>
    </div>
  );
});
