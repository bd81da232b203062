/** The transcripts of the vault as a list; everything in it comes from their sealed cards. */
import type { VaultEntry } from '@sealscribe/sdk-browser';
import { Link } from '../link.js';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toClock, toDate } from '../time-format.js';

/** Newest first; undefined while they are being opened. */
export function TranscriptList({ entries }: { entries: readonly VaultEntry[] | undefined }) {
  const t = useStrings();
  const { language } = useLanguage();
  if (!entries) return <p className="hint centred">{t.library.opening}</p>;
  if (entries.length === 0) return <p className="hint centred">{t.library.empty}</p>;
  return (
    <ul className="entries">
      {entries.map((entry) => (
        <li key={entry.id}>
          <Link to={{ screen: 'transcript', id: entry.id }} className="entry">
            <span className="entry-title" dir="auto">
              {entry.title ?? entry.fileName ?? t.untitled}
            </span>
            <span className="entry-facts">
              <span>{toDate(entry.createdAt, language)}</span>
              <span>{toClock(entry.duration)}</span>
              {entry.speakers.length > 1 && <span>{t.library.speakers(entry.speakers.length)}</span>}
              {entry.tags.map((tag) => (
                <span key={tag} className="tag" dir="auto">
                  {tag}
                </span>
              ))}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
