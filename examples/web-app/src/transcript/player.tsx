/** Plays a recording that is in memory. Where none is kept either, it can be chosen from this device. */
import { useEffect, useRef, useState, type RefObject } from 'react';
import { Icon } from '../icon.js';
import { useStrings } from '../strings/strings.js';
import { toClock } from '../time-format.js';

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

/** The bar at the foot of a transcript. */
export function Player({
  recording,
  duration,
  audio,
  onChoose,
  onReady,
}: {
  recording: Blob | undefined;
  /** Seconds, as the transcript has it. */
  duration: number;
  audio: RefObject<HTMLAudioElement | null>;
  onChoose: ((recording: File) => void) | undefined;
  /** The recording can be moved about in. */
  onReady: () => void;
}) {
  const t = useStrings();
  const address = useAddress(recording);
  const [isPlaying, setPlaying] = useState(false);
  const [time, setTime] = useState(0);
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = speed;
  }, [audio, speed, address]);
  if (!recording) return onChoose && <ChooseRecording onChoose={onChoose} />;
  return (
    <div className="player" role="group" aria-label={t.player.title}>
      <audio
        ref={audio}
        src={address}
        onLoadedMetadata={onReady}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={({ currentTarget }) => setTime(currentTarget.currentTime)}
      />
      <button
        type="button"
        className="round"
        aria-label={isPlaying ? t.player.pause : t.player.play}
        onClick={() => togglePlaying(audio.current)}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <span className="clock">{toClock(time)}</span>
      <input
        type="range"
        min={0}
        max={duration}
        step={0.1}
        value={Math.min(time, duration)}
        aria-label={t.player.position}
        aria-valuetext={toClock(time)}
        onChange={({ target }) => {
          if (audio.current) audio.current.currentTime = Number(target.value);
          setTime(Number(target.value));
        }}
      />
      <span className="clock">{toClock(duration)}</span>
      <select
        aria-label={t.player.speed}
        value={speed}
        onChange={({ target }) => setSpeed(Number(target.value))}
      >
        {SPEEDS.map((value) => (
          <option key={value} value={value}>
            {value}×
          </option>
        ))}
      </select>
    </div>
  );
}

function ChooseRecording({ onChoose }: { onChoose: (recording: File) => void }) {
  const t = useStrings();
  return (
    <div className="player empty">
      <span>{t.player.none}</span>
      <label className="button">
        {t.player.choose}
        <input
          className="unseen"
          type="file"
          accept="audio/*,video/*"
          onChange={({ target }) => {
            const [file] = target.files ?? [];
            if (file) onChoose(file);
          }}
        />
      </label>
    </div>
  );
}

/** Starts or stops. */
export function togglePlaying(audio: HTMLAudioElement | null): void {
  if (!audio) return;
  // What cannot be played says so by its error event; the promise would say it twice.
  if (audio.paused) audio.play().catch(() => undefined);
  else audio.pause();
}

/** An address of this tab for a recording; let go when it is no longer shown. */
function useAddress(recording: Blob | undefined): string | undefined {
  const [address, setAddress] = useState<string>();
  const held = useRef<string>(undefined);
  useEffect(() => {
    held.current = recording && URL.createObjectURL(recording);
    setAddress(held.current);
    return () => {
      if (held.current !== undefined) URL.revokeObjectURL(held.current);
    };
  }, [recording]);
  return address;
}
