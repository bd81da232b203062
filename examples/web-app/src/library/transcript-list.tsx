/** The transcripts of the vault as a list; everything in it comes from their sealed cards. */
import type { VaultEntry } from '@sealscribe/sdk-browser';
import { Link } from '../link.js';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toClock, toDate } from '../time-format.js';
import { useSpace } from '../workspaces/space.js';

/** Newest first. */
export function TranscriptList({ entries }: { entries: readonly VaultEntry[] }) {
  const t = useStrings();
  const { language } = useLanguage();
  const { place } = useSpace();
  return (
    <ul className="entries">
      {entries.map((entry) => (
        <li key={entry.id}>
          <Link to={{ screen: 'transcript', id: entry.id, ...place }} className="entry">
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
