/** Links that are good, to be copied or taken back. */
import { useState } from 'react';
import type { Share } from '@sealscribe/sdk-browser';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toDate } from '../time-format.js';

/** The links; nothing where there are none. */
export function ShareList({ shares, onEnd }: { shares: readonly Share[]; onEnd: (share: Share) => void }) {
  const t = useStrings();
  if (shares.length === 0) return null;
  return (
    <ul className="shares" aria-label={t.share.links}>
      {shares.map((share) => (
        <ShareRow key={share.id} share={share} onEnd={() => onEnd(share)} />
      ))}
    </ul>
  );
}

function ShareRow({ share, onEnd }: { share: Share; onEnd: () => void }) {
  const t = useStrings();
  const { language } = useLanguage();
  const [isCopied, setCopied] = useState(false);
  const { expiresAt, views, maxViews, hasPassword } = share;
  return (
    <li>
      <input
        readOnly
        dir="ltr"
        value={share.link}
        aria-label={t.share.link}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <div className="row">
        <span className="hint">
          {[
            expiresAt === null ? t.share.forever : t.share.until(toDate(expiresAt, language)),
            t.share.opened(views, maxViews),
            ...(hasPassword ? [t.share.hasPassword] : []),
          ].join(' · ')}
        </span>
        <button
          type="button"
          onClick={() => {
            navigator.clipboard.writeText(share.link).then(
              () => setCopied(true),
              () => setCopied(false),
            );
          }}
        >
          {isCopied ? t.share.copied : t.share.copy}
        </button>
        <button type="button" className="danger" onClick={onEnd}>
          {t.share.end}
        </button>
      </div>
    </li>
  );
}
