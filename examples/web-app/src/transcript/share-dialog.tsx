/** Makes a link to a transcript, and takes links back. The key stands behind the link's `#`: the server never sees it. */
import { useCallback, useEffect, useState, type FormEvent } from 'react';
import type { Share } from '@sealscribe/sdk-browser';
import { Dialog } from '../dialog.js';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { ShareList } from '../share/share-list.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { useSpace } from '../workspaces/space.js';

const LIVES = ['1h', '1d', '7d', '30d', ''] as const;

/** The dialog of one transcript. */
export function ShareDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { workspace } = useSpace();
  const { isRunning, error, run } = useAction();
  const [shares, setShares] = useState<readonly Share[]>([]);
  const [password, setPassword] = useState('');
  const [expires, setExpires] = useState<string>('7d');
  const [views, setViews] = useState('');
  const [hasSpeakers, setSpeakers] = useState(true);
  const [hasWordTimes, setWordTimes] = useState(true);
  const load = useCallback(
    () =>
      run(async () => {
        const all = await vault.shares();
        setShares(all.filter(({ transcriptId }) => transcriptId === id));
      }),
    [vault, id, run],
  );
  useEffect(() => void load(), [load]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const share = await (workspace ?? vault).share(id, {
        ...(password !== '' && { password }),
        ...(expires !== '' && { expires }),
        ...(views !== '' && { views: Number(views) }),
        speakers: hasSpeakers,
        wordTimes: hasWordTimes,
      });
      setShares((before) => [...before, share]);
      setPassword('');
    });
  };
  return (
    <Dialog title={t.share.title} onClose={onClose}>
      <p className="hint">{t.share.what}</p>
      {workspace && <p className="hint">{t.share.copyOf}</p>}
      <form onSubmit={submit} className="share-form">
        <label>
          {t.share.password}
          <input
            type="password"
            autoComplete="new-password"
            dir="ltr"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <div className="row">
          <label>
            {t.share.expires}
            <select value={expires} onChange={(event) => setExpires(event.target.value)}>
              {LIVES.map((life) => (
                <option key={life} value={life}>
                  {t.share.lives[life]}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t.share.views}
            <input
              type="number"
              min={1}
              step={1}
              placeholder={t.share.anyViews}
              value={views}
              onChange={(event) => setViews(event.target.value)}
            />
          </label>
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={hasSpeakers}
            onChange={(event) => setSpeakers(event.target.checked)}
          />
          {t.share.speakers}
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={hasWordTimes}
            onChange={(event) => setWordTimes(event.target.checked)}
          />
          {t.share.wordTimes}
        </label>
        <Notice>{error}</Notice>
        <button type="submit" className="primary" disabled={isRunning}>
          {t.share.make}
        </button>
      </form>
      <ShareList
        shares={shares}
        onEnd={(share) =>
          void run(async () => {
            await vault.unshare(share.id);
            setShares((before) => before.filter((other) => other !== share));
          })
        }
      />
    </Dialog>
  );
}
