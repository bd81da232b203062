/** Speak, and read along. What was said is sealed and saved when the recording stops; the sound stays in this tab alone,
 * unless it is to be kept too. */
import { useEffect, useRef } from 'react';
import { Icon } from '../icon.js';
import { DeviceSwitch } from '../library/device-switch.js';
import { JobList } from '../library/job-list.js';
import { SoundSwitch } from '../library/sound-switch.js';
import { useIsDevice } from '../library/where.js';
import { Link } from '../link.js';
import { Notice } from '../notice.js';
import { go } from '../route.js';
import { useStrings } from '../strings/strings.js';
import { toClock } from '../time-format.js';
import { useSpace } from '../workspaces/space.js';
import { useLive } from './use-live.js';

/** The live screen. */
export function RecordScreen() {
  const t = useStrings();
  const { workspace, place, mayWrite } = useSpace();
  const live = useLive((id) => go({ screen: 'transcript', id, ...place }));
  const isDevice = useIsDevice();
  const isOn = live.state === 'recording';
  const isBusy = live.state !== 'idle' && !isOn;
  return (
    <div className="record">
      {workspace && (
        <Link to={{ screen: 'workspace', workspace: workspace.id }} className="back">
          <Icon name="back" />
          <span dir="auto">{workspace.name}</span>
        </Link>
      )}
      <h1>{t.live.title}</h1>
      <p className="lead">{isDevice ? t.live.leadHere : t.live.lead}</p>
      {workspace && <p className="hint">{mayWrite ? t.drop.into : t.errors.forbidden}</p>}
      <div className="record-stage">
        <button
          type="button"
          className={`record-button ${live.state}`}
          disabled={isBusy || !mayWrite}
          aria-label={isOn ? t.live.stop : t.live.start}
          onClick={() => void (isOn ? live.stop() : live.start())}
        >
          {isOn ? <span className="square" /> : <Icon name="microphone" />}
        </button>
        <p role="status" className="record-state">
          {isOn ? toClock(live.seconds) : t.live.states[live.state]}
        </p>
        <meter className="level" min={0} max={1} value={live.level} aria-label={t.live.level} />
        {isOn && (
          <button type="button" className="plain-link" onClick={live.discard}>
            {t.live.discard}
          </button>
        )}
      </div>
      {live.state === 'idle' && (
        <>
          <DeviceSwitch />
          <SoundSwitch />
        </>
      )}
      <Notice>{live.error}</Notice>
      <JobList />
      <LiveText said={live.said} partial={live.partial} />
    </div>
  );
}

function LiveText({ said, partial }: { said: readonly string[]; partial: string }) {
  const t = useStrings();
  const end = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [said, partial]);
  if (said.length === 0 && partial === '') return null;
  return (
    // Only what will not change any more is read out.
    <div className="live-text" dir="auto">
      <div role="log" aria-label={t.live.text}>
        {said.map((text, at) => (
          <p key={at} dir="auto">
            {text}
          </p>
        ))}
      </div>
      <p ref={end} className="partial" dir="auto" aria-hidden="true">
        {partial}
      </p>
    </div>
  );
}
