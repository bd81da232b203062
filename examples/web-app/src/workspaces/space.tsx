/** Whose transcripts a screen shows: the account's own, or those of a workspace. Screens of transcripts ask here and work in both. */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Transcripts, Workspace } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';

/** Transcripts that belong together. */
export interface OpenSpace {
  transcripts: Transcripts;
  /** Undefined in the account's own vault. */
  workspace: Workspace | undefined;
  /** Readers of a workspace may not change anything. */
  mayWrite: boolean;
  /** Names the space in an address. */
  place: { workspace?: string };
}

const Context = createContext<OpenSpace | undefined>(undefined);

/** Opens the space for everything below: the workspace with that id, or the account's own vault. */
export function SpaceProvider({
  workspace: id,
  children,
}: {
  workspace: string | undefined;
  children: ReactNode;
}) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { error, run } = useAction();
  const [workspace, setWorkspace] = useState<Workspace>();
  useEffect(() => {
    if (id !== undefined) void run(async () => setWorkspace(await vault.workspaces.open(id)));
  }, [vault, id, run]);
  const space = useMemo<OpenSpace | undefined>(() => {
    if (id === undefined) return { transcripts: vault, workspace: undefined, mayWrite: true, place: {} };
    if (!workspace) return undefined;
    const mayWrite = workspace.role !== 'reader';
    return { transcripts: workspace, workspace, mayWrite, place: { workspace: id } };
  }, [vault, id, workspace]);
  if (space) return <Context value={space}>{children}</Context>;
  if (error !== undefined) return <Notice>{error}</Notice>;
  return <p className="hint centred">{t.library.opening}</p>;
}

/** The space that the screen shows. */
export function useSpace(): OpenSpace {
  const space = useContext(Context);
  if (!space) throw new TypeError('useSpace is for components inside SpaceProvider');
  return space;
}
