/** The account: its devices, its links, its keys, and the way to delete it all. */
import { useState } from 'react';
import { useOpenSession, useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { AccountShares } from './account-shares.js';
import { DeleteEverything } from './delete-everything.js';
import { LanguageChoice } from './language-choice.js';
import { PasswordChange } from './password-change.js';
import { SaveArchive } from './save-archive.js';
import { Sessions } from './sessions.js';

/** All of it on one page. */
export function AccountScreen() {
  const t = useStrings();
  const { email, stays } = useOpenSession();
  const { lock } = useSession();
  const [isChanging, setChanging] = useState(false);
  return (
    <div className="account">
      <h1>{t.frame.account}</h1>
      <section className="card">
        <div className="row between">
          <div>
            <p className="hint">{t.welcome.email}</p>
            <p dir="ltr" className="strong">
              {email}
            </p>
          </div>
          <LanguageChoice />
        </div>
        {stays && <p className="hint">{t.stay.on}</p>}
        <div className="row">
          <button type="button" onClick={lock}>
            {t.frame.lock}
          </button>
          <button type="button" aria-expanded={isChanging} onClick={() => setChanging((was) => !was)}>
            {t.account.changePassword}
          </button>
        </div>
        {isChanging && <PasswordChange onDone={() => setChanging(false)} />}
      </section>
      <Sessions />
      <AccountShares />
      <SaveArchive />
      <DeleteEverything />
    </div>
  );
}
