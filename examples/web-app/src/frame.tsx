/** What stands around every screen of an open vault: the name, the ways to go, and the lock. */
import type { ReactNode } from 'react';
import { Icon, Seal } from './icon.js';
import { Link } from './link.js';
import { useRoute } from './route.js';
import { useSession } from './session.js';
import { useStrings } from './strings/strings.js';

/** The frame of a screen. */
export function Frame({ children }: { children: ReactNode }) {
  const t = useStrings();
  const { lock } = useSession();
  const route = useRoute();
  const isShared = 'workspace' in route;
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {t.frame.skip}
      </a>
      <header className="bar">
        <Link to={{ screen: 'library' }} className="brand">
          <Seal />
          <span>Sealscribe</span>
        </Link>
        <nav className="ways" aria-label={t.frame.navigation}>
          <Link to={{ screen: 'library' }} isAround={'id' in route && !isShared}>
            <Icon name="list" />
            {t.frame.library}
          </Link>
          <Link to={{ screen: 'workspaces' }} isAround={isShared}>
            <Icon name="people" />
            {t.frame.workspaces}
          </Link>
          <Link to={{ screen: 'record' }}>
            <Icon name="microphone" />
            {t.frame.record}
          </Link>
          <Link to={{ screen: 'account' }}>
            <Icon name="person" />
            {t.frame.account}
          </Link>
        </nav>
        <button type="button" className="quiet lock" onClick={lock} title={t.frame.lock}>
          <Icon name="lock" />
          <span className="wide-only">{t.frame.lock}</span>
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
