/** Everything in the vault: bring something in, look for something, or open what is there. */
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';
import { useEntries } from '../workspaces/use-entries.js';
import { Browse } from './browse.js';
import { DropZone } from './drop-zone.js';
import { JobList } from './job-list.js';
import { useJobs } from './jobs.js';

/** The first screen of an open vault. */
export function LibraryScreen() {
  const t = useStrings();
  const { saved } = useJobs();
  const { entries, problems, error } = useEntries(saved);
  return (
    <div className="library">
      <h1 className="unseen">{t.frame.library}</h1>
      <DropZone />
      <JobList />
      <Notice>{error}</Notice>
      <Notice>{problems > 0 ? t.library.problems(problems) : undefined}</Notice>
      {(entries !== undefined || error === undefined) && <Browse entries={entries} empty={t.library.empty} />}
    </div>
  );
}
