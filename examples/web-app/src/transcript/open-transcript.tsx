/** A transcript that is open: its head, its tools, its text, and the player at the foot. */
import { useEffect, useRef, useState } from 'react';
import type { VaultTranscript } from '@sealscribe/sdk-browser';
import { Icon } from '../icon.js';
import { Link } from '../link.js';
import { Notice } from '../notice.js';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toClock, toDate } from '../time-format.js';
import { useSpace } from '../workspaces/space.js';
import { EditBar } from './edit-bar.js';
import { EditableText } from './editable-text.js';
import { Player } from './player.js';
import { ReadingText } from './reading-text.js';
import { SoundBar } from './sound-bar.js';
import { Tags } from './tags.js';
import { Title } from './title.js';
import { Tools } from './tools.js';
import { useEdits } from './use-edits.js';
import { useLitWord } from './use-lit-word.js';
import { useNewer } from './use-newer.js';
import { useSound } from './use-sound.js';
import { usePlayerKeys } from './use-player-keys.js';

/** Everything about one transcript. */
export function OpenTranscript({
  opened,
  at,
  onReload,
}: {
  opened: VaultTranscript;
  at: number | undefined;
  /** Takes the transcript as it is now, when another device changed it. */
  onReload: (current: VaultTranscript) => void;
}) {
  const t = useStrings();
  const { language } = useLanguage();
  const { workspace } = useSpace();
  const edits = useEdits(opened);
  const newer = useNewer(opened.id, edits.revision, workspace !== undefined && edits.state === 'saved');
  const { transcript } = edits;
  const [isEditing, setEditing] = useState(false);
  const sound = useSound(opened, onReload);
  const { recording, kept } = sound;
  /** Where to go on once there is a recording to hear. */
  const waiting = useRef<number>(undefined);
  const audio = useRef<HTMLAudioElement>(null);
  const text = useRef<HTMLDivElement>(null);
  useLitWord(audio, text, transcript.segments);
  usePlayerKeys(audio);
  const jump = (seconds: number) => {
    if (!audio.current) {
      if (kept === undefined || sound.fraction !== undefined) return;
      waiting.current = seconds;
      return void sound.load();
    }
    audio.current.currentTime = seconds;
    audio.current.play().catch(() => undefined);
  };
  useEffect(() => {
    if (at === undefined) return;
    if (audio.current) audio.current.currentTime = at;
    const segment = opened.transcript.segments.findLast(({ start }) => start <= at + 0.001);
    const place = text.current?.querySelector(`[data-segment="${segment?.id}"]`);
    place?.classList.add('found');
    place?.scrollIntoView({ block: 'center' });
  }, [at, opened]);
  return (
    <article className="transcript">
      <Link
        to={workspace ? { screen: 'workspace', workspace: workspace.id } : { screen: 'library' }}
        className="back"
      >
        <Icon name="back" />
        <span dir="auto">{workspace ? workspace.name : t.frame.library}</span>
      </Link>
      <header className="transcript-head">
        <Title edits={edits} fallback={opened.fileName} />
        <p className="entry-facts">
          <span>{toDate(opened.createdAt, language)}</span>
          <span>{toClock(transcript.duration)}</span>
          <span>{t.transcript.language(transcript.language)}</span>
          <span>{transcript.model}</span>
          <span className="save-state" role="status">
            {t.edit.states[edits.state]} · {t.edit.revision(edits.revision)}
          </span>
        </p>
        <Tags edits={edits} />
        <Tools
          edits={edits}
          isEditing={isEditing}
          onEdit={() => setEditing((was) => !was)}
          fileName={opened.fileName}
          onReload={onReload}
        />
      </header>
      <Notice>{edits.error}</Notice>
      {edits.conflict && (
        <div className="notice error" role="alert">
          <p>{t.edit.conflict}</p>
          <div className="row">
            <button type="button" onClick={() => edits.conflict && onReload(edits.conflict)}>
              {t.edit.takeTheirs}
            </button>
            <button type="button" onClick={edits.keepMine}>
              {t.edit.keepMine}
            </button>
          </div>
        </div>
      )}
      {newer && (
        <div className="notice row between" role="status">
          <p>{t.edit.newer(newer.revision)}</p>
          <button type="button" onClick={() => onReload(newer)}>
            {t.edit.takeTheirs}
          </button>
        </div>
      )}
      {isEditing && <EditBar edits={edits} />}
      <div ref={text} className="text" dir="auto" lang={transcript.language}>
        {transcript.segments.length === 0 && <p className="hint">{t.transcript.silent}</p>}
        {isEditing ? (
          <EditableText edits={edits} onJump={jump} />
        ) : (
          <ReadingText segments={transcript.segments} onJump={jump} />
        )}
      </div>
      <Player
        recording={recording}
        duration={transcript.duration}
        audio={audio}
        onChoose={kept === undefined ? sound.take : undefined}
        onReady={() => {
          if (waiting.current !== undefined) jump(waiting.current);
          waiting.current = undefined;
        }}
      />
      <SoundBar sound={sound} isSaved={edits.state === 'saved'} />
    </article>
  );
}
