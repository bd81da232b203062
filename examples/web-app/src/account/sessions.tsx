/** The devices that are signed in. The server knows when they came and when they go, and not what or where they are. */
import { useCallback, useEffect, useState } from 'react';
import type { SessionInfo } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toDate } from '../time-format.js';
import { useAction } from '../use-action.js';

/** A list, each with a way to end it. */
export function Sessions() {
  const t = useStrings();
  const { language } = useLanguage();
  const { client } = useOpenSession();
  const { error, run } = useAction();
  const [sessions, setSessions] = useState<readonly SessionInfo[]>([]);
  const load = useCallback(async () => setSessions(await client.access.sessions()), [client]);
  useEffect(() => void run(load), [run, load]);
  const end = (id: string) =>
    run(async () => {
      await client.access.endSession(id);
      await load();
    });
  return (
    <section className="card">
      <h2>{t.account.devices}</h2>
      <p className="hint">{t.account.devicesWhat}</p>
      <Notice>{error}</Notice>
      <ul className="rows">
        {sessions.map(({ id, createdAt, expiresAt, current }) => (
          <li key={id} className="row between">
            <span>
              <span className="strong">
                {current ? t.account.thisDevice : t.account.since(toDate(createdAt, language))}
              </span>
              <br />
              <span className="hint">{t.account.until(toDate(expiresAt, language))}</span>
            </span>
            {!current && (
              <button type="button" onClick={() => void end(id)}>
                {t.account.endSession}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
