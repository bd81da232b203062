/** The first screen: what this is, and the way in. */
import { useState } from 'react';
import { Icon, Seal } from '../icon.js';
import { useStrings } from '../strings/strings.js';
import { LanguageChoice } from './language-choice.js';
import { RecoverForm } from './recover-form.js';
import { SignUp } from './sign-up.js';
import { UnlockForm } from './unlock-form.js';

type Way = 'unlock' | 'signUp' | 'recover';

/** Shown until a vault is open. */
export function Welcome() {
  const t = useStrings();
  const [way, setWay] = useState<Way>('unlock');
  return (
    <main className="welcome">
      <section className="pitch">
        <p className="brand">
          <Seal />
          <span>Sealscribe</span>
        </p>
        <h1>{t.welcome.title}</h1>
        <p className="lead">{t.welcome.lead}</p>
        <ul className="points">
          {t.welcome.points.map((point) => (
            <li key={point}>
              <Icon name="check" />
              {point}
            </li>
          ))}
        </ul>
      </section>
      <div className="door">
        <div className="card">
          {way === 'recover' ? (
            <RecoverForm onBack={() => setWay('unlock')} />
          ) : (
            <>
              <div className="tabs">
                <button type="button" aria-pressed={way === 'unlock'} onClick={() => setWay('unlock')}>
                  {t.welcome.unlock}
                </button>
                <button type="button" aria-pressed={way === 'signUp'} onClick={() => setWay('signUp')}>
                  {t.welcome.signUp}
                </button>
              </div>
              {way === 'unlock' ? <UnlockForm onForgotten={() => setWay('recover')} /> : <SignUp />}
            </>
          )}
        </div>
        <LanguageChoice />
      </div>
    </main>
  );
}
