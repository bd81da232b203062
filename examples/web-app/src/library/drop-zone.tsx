/** Where recordings come in: dropped anywhere on the page, or chosen. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { Icon } from '../icon.js';
import { Link } from '../link.js';
import { useStrings } from '../strings/strings.js';
import { useSpace } from '../workspaces/space.js';
import { DeviceSwitch } from './device-switch.js';
import { useJobs } from './jobs.js';
import { SoundSwitch } from './sound-switch.js';
import { useIsDevice } from './where.js';

/** Takes files for the space that the screen shows. */
export function DropZone() {
  const t = useStrings();
  const { add } = useJobs();
  const { workspace, place } = useSpace();
  const onFiles = useCallback((files: FileList) => add(files, workspace), [add, workspace]);
  const input = useRef<HTMLInputElement>(null);
  const isOver = useDrop(onFiles);
  const isDevice = useIsDevice();
  return (
    <section className={`drop ${isOver ? 'over' : ''}`}>
      <Icon name="upload" />
      <div>
        <h2>{t.drop.title}</h2>
        <p className="hint">
          {isDevice ? t.drop.whatHere : t.drop.what} {workspace && t.drop.into}
        </p>
      </div>
      <div className="row">
        <button type="button" className="primary" onClick={() => input.current?.click()}>
          {t.drop.choose}
        </button>
        <Link to={{ screen: 'record', ...place }} className="button">
          <Icon name="microphone" />
          {t.drop.record}
        </Link>
      </div>
      <DeviceSwitch />
      <SoundSwitch />
      <input
        ref={input}
        className="unseen"
        type="file"
        accept="audio/*,video/*"
        multiple
        tabIndex={-1}
        aria-label={t.drop.choose}
        onChange={({ target }) => {
          if (target.files?.length) onFiles(target.files);
          target.value = '';
        }}
      />
    </section>
  );
}

/** Whether files hang over the page; hands them on when they are let go. */
function useDrop(onFiles: (files: FileList) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const isFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!isFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      onFiles(event.dataTransfer.files);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, [onFiles]);
  return isOver;
}
