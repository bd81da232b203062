/** One workspace: its transcripts, and the people who read them. */
import { useCallback, useState } from 'react';
import { Icon } from '../icon.js';
import { Browse } from '../library/browse.js';
import { DropZone } from '../library/drop-zone.js';
import { JobList } from '../library/job-list.js';
import { useJobs } from '../library/jobs.js';
import { Link } from '../link.js';
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';
import { People } from './people.js';
import { useSpace } from './space.js';
import { useEntries } from './use-entries.js';
import { useRefresh } from './use-refresh.js';
import { WorkspaceName } from './workspace-name.js';

/** The screen of the workspace that the space is. */
export function WorkspaceScreen() {
  const t = useStrings();
  const { workspace } = useSpace();
  const [isPeople, setPeople] = useState(false);
  if (!workspace) return null;
  return (
    <div className="library">
      <Link to={{ screen: 'workspaces' }} className="back">
        <Icon name="back" />
        {t.frame.workspaces}
      </Link>
      <WorkspaceName workspace={workspace} />
      <div className="tabs">
        <button type="button" aria-pressed={!isPeople} onClick={() => setPeople(false)}>
          {t.frame.library}
        </button>
        <button type="button" aria-pressed={isPeople} onClick={() => setPeople(true)}>
          {t.workspaces.peopleTab}
        </button>
      </div>
      {isPeople ? <People workspace={workspace} /> : <Shared />}
    </div>
  );
}

/** The transcripts, which others change too. */
function Shared() {
  const t = useStrings();
  const { transcripts, mayWrite } = useSpace();
  const { saved } = useJobs();
  const [mark, setMark] = useState<string>();
  const look = useCallback(() => transcripts.fingerprint().then(setMark, () => undefined), [transcripts]);
  useRefresh(look);
  const { entries, problems, error } = useEntries(`${mark} ${saved}`);
  return (
    <>
      {mayWrite && <DropZone />}
      <JobList />
      <Notice>{error}</Notice>
      <Notice>{problems > 0 ? t.library.problems(problems) : undefined}</Notice>
      {(entries !== undefined || error === undefined) && (
        <Browse entries={entries} empty={mayWrite ? t.workspaces.empty : t.workspaces.emptyReader} />
      )}
    </>
  );
}
