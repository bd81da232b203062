/** The name of a workspace, which its owners change where it stands. */
import { useState } from 'react';
import type { Workspace } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';

/** A heading that is a field. */
export function WorkspaceName({ workspace }: { workspace: Workspace }) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { error, run } = useAction();
  const [name, setName] = useState(workspace.name);
  const rename = async () => {
    const next = name.trim();
    if (next === '') setName(workspace.name);
    else if (next !== workspace.name) await run(() => vault.workspaces.rename(workspace.id, next));
  };
  return (
    <>
      <h1>
        <input
          className="title"
          dir="auto"
          aria-label={t.workspaces.name}
          readOnly={workspace.role !== 'owner'}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => void rename()}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
      </h1>
      <Notice>{error}</Notice>
    </>
  );
}
