/** How far each recording is, and what was understood of it so far. */
import { Icon } from '../icon.js';
import { Link } from '../link.js';
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';
import { useJobs, type Job } from './jobs.js';
import { useIsOnline } from './use-is-online.js';

/** All jobs; nothing where there are none. */
export function JobList() {
  const t = useStrings();
  const { jobs } = useJobs();
  if (jobs.length === 0) return null;
  return (
    <ul className="jobs" aria-label={t.jobs.title}>
      {jobs.map((job) => (
        <JobRow key={job.key} job={job} />
      ))}
    </ul>
  );
}

function JobRow({ job }: { job: Job }) {
  const t = useStrings();
  const { retry, remove } = useJobs();
  const isOnline = useIsOnline();
  const hasEnded = job.stage === 'saved' || job.stage === 'failed';
  return (
    <li className={`job ${job.stage}`}>
      <div className="job-head">
        <strong dir="auto">{job.name}</strong>
        <span role="status" className="job-stage">
          {job.stage === 'uploading' && !isOnline ? t.jobs.offline : t.jobs.stages[job.stage]}
        </span>
        {job.workspace && (
          <span className="hint" dir="auto">
            {t.jobs.into(job.workspace.name)}
          </span>
        )}
        {job.id !== undefined && (
          <Link
            to={{ screen: 'transcript', id: job.id, ...(job.workspace && { workspace: job.workspace.id }) }}
          >
            {t.jobs.open}
          </Link>
        )}
        <button
          type="button"
          className="quiet icon-only"
          aria-label={hasEnded ? t.close : t.cancel}
          onClick={() => remove(job.key)}
        >
          <Icon name="close" />
        </button>
      </div>
      {!hasEnded && <progress aria-label={job.name} max={1} value={overall(job)} />}
      {job.error !== undefined && (
        <div className="notice error row between" role="alert">
          <span>
            {job.error} {t.jobs.isHere}
          </span>
          <button type="button" onClick={() => retry(job.key)}>
            {t.jobs.retry}
          </button>
        </div>
      )}
      <Notice>{job.lost === undefined ? undefined : t.sound.lost(job.lost)}</Notice>
      {!hasEnded && job.text !== '' && (
        <p className="job-text" dir="auto">
          {job.text}
        </p>
      )}
    </li>
  );
}

/** Stages as shares of one bar; undefined shows that it is not known. */
function overall({ stage, fraction }: Job): number | undefined {
  switch (stage) {
    case 'loading':
    case 'uploading':
      return fraction * 0.2;
    case 'decoding':
      return 0.2 + fraction * 0.1;
    case 'transcribing':
      return 0.3 + fraction * 0.65;
    case 'sealing':
      return 0.95 + fraction * 0.05;
    default:
      return undefined;
  }
}
