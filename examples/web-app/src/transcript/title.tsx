/** The title of a transcript, which is changed where it stands. */
import { useStrings } from '../strings/strings.js';
import { useSpace } from '../workspaces/space.js';
import type { Edits } from './use-edits.js';

/** A heading that is a field. */
export function Title({ edits, fallback }: { edits: Edits; fallback: string | null }) {
  const t = useStrings();
  const { mayWrite } = useSpace();
  return (
    <h1>
      <input
        className="title"
        dir="auto"
        readOnly={!mayWrite}
        aria-label={t.transcript.title}
        placeholder={fallback ?? t.untitled}
        value={edits.title ?? ''}
        onChange={(event) => edits.setTitle(event.target.value)}
      />
    </h1>
  );
}
