/** Every link of the account that is still good. */
import { useCallback, useEffect, useState } from 'react';
import type { Share } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { ShareList } from '../share/share-list.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';

/** A list of links. */
export function AccountShares() {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { error, run } = useAction();
  const [shares, setShares] = useState<readonly Share[]>([]);
  const load = useCallback(async () => setShares(await vault.shares()), [vault]);
  useEffect(() => void run(load), [run, load]);
  return (
    <section className="card">
      <h2>{t.share.links}</h2>
      {shares.length === 0 && <p className="hint">{t.share.none}</p>}
      <Notice>{error}</Notice>
      <ShareList
        shares={shares}
        onEnd={(share) =>
          void run(async () => {
            await vault.unshare(share.id);
            await load();
          })
        }
      />
    </section>
  );
}
