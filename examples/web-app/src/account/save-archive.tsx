/** Everything of the account as one file, sealed as it lies on the server: the command line opens it without any server. */
import { Icon } from '../icon.js';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { saveFile } from '../transcript/save-file.js';
import { useAction } from '../use-action.js';

/** A button that saves the archive. */
export function SaveArchive() {
  const t = useStrings();
  const { client } = useOpenSession();
  const { isRunning, error, run } = useAction();
  const save = () =>
    run(async () => saveFile('sealscribe.tar', await new Response(client.exportArchive()).blob()));
  return (
    <section className="card">
      <h2>{t.account.archive}</h2>
      <p className="hint">{t.account.archiveWhat}</p>
      <Notice>{error}</Notice>
      <button type="button" disabled={isRunning} onClick={() => void save()}>
        <Icon name="download" />
        {t.account.saveArchive}
      </button>
    </section>
  );
}
