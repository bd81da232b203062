/** What somebody sees who was sent a link: the transcript, opened on their device, with no account. */
import { useCallback, useEffect, useState, type FormEvent } from 'react';
import { openShare, ShareError, type SharedTranscript } from '@sealscribe/sdk-browser';
import { LanguageChoice } from '../account/language-choice.js';
import { Seal } from '../icon.js';
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';
import { toClock } from '../time-format.js';
import { ExportMenu } from '../transcript/export-menu.js';
import { ReadingText } from '../transcript/reading-text.js';
import { useAction } from '../use-action.js';

/** Opens a link and shows what is behind it. */
export function SharePage({ link }: { link: string }) {
  const t = useStrings();
  const { isRunning, error, run } = useAction();
  const [shared, setShared] = useState<SharedTranscript>();
  const [needsPassword, setNeedsPassword] = useState(false);
  const [password, setPassword] = useState('');
  const open = useCallback(
    (typed?: string) =>
      run(async () => {
        try {
          setShared(await openShare(link, typed === undefined ? {} : { password: typed }));
        } catch (failure) {
          if (!(failure instanceof ShareError && failure.code === 'password_needed')) throw failure;
          setNeedsPassword(true);
        }
      }),
    [link, run],
  );
  useEffect(() => void open(), [open]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void open(password);
  };
  return (
    <div className="frame shared">
      <header className="bar">
        <a href="/" className="brand">
          <Seal />
          <span>Sealscribe</span>
        </a>
        <LanguageChoice />
      </header>
      <main id="main">
        {shared ? (
          <Shared shared={shared} />
        ) : (
          <div className="card narrow">
            <h1>{t.shared.title}</h1>
            <p>{needsPassword ? t.shared.needsPassword : t.shared.opening}</p>
            {needsPassword && (
              <form onSubmit={submit}>
                <label>
                  {t.welcome.password}
                  <input
                    type="password"
                    autoComplete="off"
                    required
                    dir="ltr"
                    value={password}
                    onChange={(event) => setPassword(event.target.value)}
                  />
                </label>
                <button type="submit" className="primary" disabled={isRunning}>
                  {t.shared.open}
                </button>
              </form>
            )}
            <Notice>{error}</Notice>
          </div>
        )}
      </main>
    </div>
  );
}

function Shared({ shared: { title, range, transcript } }: { shared: SharedTranscript }) {
  const t = useStrings();
  return (
    <article className="transcript">
      <header className="transcript-head">
        <h1 dir="auto">{title ?? t.untitled}</h1>
        <p className="entry-facts">
          <span>{toClock(transcript.duration)}</span>
          {range && <span>{t.shared.range(toClock(range[0]), toClock(range[1]))}</span>}
          <span>{t.transcript.language(transcript.language)}</span>
        </p>
        <div className="tools">
          <ExportMenu transcript={transcript} title={title ?? t.untitled} />
        </div>
      </header>
      <div className="text" dir="auto" lang={transcript.language}>
        <ReadingText segments={transcript.segments} />
      </div>
      <p className="hint">{t.shared.how}</p>
    </article>
  );
}
