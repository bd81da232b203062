/**
 * Edits of one transcript: undo, redo, and saving by itself a moment after the last change. Each save is a revision in the vault. When
 * another device was faster, nothing is overwritten until somebody has said which it shall be.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import {
  ConflictError,
  EditHistory,
  type Changes,
  type Transcript,
  type VaultTranscript,
} from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useSpace } from '../workspaces/space.js';

const PAUSE_MS = 1_200;

/** A transcript under edit. */
export interface Edits {
  id: string;
  transcript: Transcript;
  title: string | null;
  tags: readonly string[];
  /** The newest that the vault has. */
  revision: number;
  state: 'saved' | 'changed' | 'saving' | 'failed';
  error: string | undefined;
  /** What another device saved meanwhile. */
  conflict: VaultTranscript | undefined;
  apply: (edit: (transcript: Transcript) => Transcript) => void;
  setTitle: (title: string) => void;
  setTags: (tags: readonly string[]) => void;
  canUndo: boolean;
  canRedo: boolean;
  undo: () => void;
  redo: () => void;
  /** Saves over what another device saved; that stays in the history. */
  keepMine: () => void;
}

/** Starts from a transcript as it was opened. */
export function useEdits(opened: VaultTranscript): Edits {
  const t = useStrings();
  const { transcripts } = useSpace();
  const { beforeLock, keepOpen } = useSession();
  const [history] = useState(() => new EditHistory(opened.transcript));
  const [transcript, setTranscript] = useState(opened.transcript);
  const [title, setTitleState] = useState(opened.title);
  const [tags, setTagsState] = useState(opened.tags);
  const [revision, setRevision] = useState(opened.revision);
  const [state, setState] = useState<Edits['state']>('saved');
  const [error, setError] = useState<string>();
  const [conflict, setConflict] = useState<VaultTranscript>();
  const saved = useRef<Pick<VaultTranscript, 'transcript' | 'title' | 'tags' | 'revision'>>(opened);
  const latest = useRef({ transcript, title, tags, isHeld: false });
  useEffect(() => {
    latest.current = { transcript, title, tags, isHeld: conflict !== undefined };
  });
  const pending = useRef(Promise.resolve());

  /** Saves what is there by the time that every earlier save is done; nothing where nothing changed. */
  const save = useCallback(() => {
    const once = async () => {
      const now = latest.current;
      const changes: Changes = {
        ...(now.transcript === saved.current.transcript ? {} : { transcript: now.transcript }),
        ...(now.title === saved.current.title ? {} : { title: now.title }),
        ...(now.tags === saved.current.tags ? {} : { tags: now.tags }),
      };
      if (now.isHeld) return;
      if (Object.keys(changes).length === 0) return setState('saved');
      const stop = keepOpen();
      setState('saving');
      try {
        const done = await transcripts.update(opened.id, changes, { revision: saved.current.revision });
        saved.current = { ...now, revision: done.revision };
        setRevision(done.revision);
        setError(undefined);
        const { transcript: shown, title: named, tags: tagged } = latest.current;
        const isAll = shown === now.transcript && named === now.title && tagged === now.tags;
        setState(isAll ? 'saved' : 'changed');
      } catch (failure) {
        setState('failed');
        if (failure instanceof ConflictError && failure.current) setConflict(failure.current);
        else setError(describeError(failure, t));
      } finally {
        stop();
      }
    };
    return (pending.current = pending.current.then(once));
  }, [transcripts, opened.id, keepOpen, t]);

  useEffect(() => {
    if (conflict || state !== 'changed') return undefined;
    const timer = setTimeout(() => void save(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [transcript, title, tags, state, conflict, save]);

  // Whoever leaves the screen or locks has what was typed saved at once; whoever closes the tab is asked.
  useEffect(() => {
    const done = beforeLock(save);
    return () => {
      done();
      void save();
    };
  }, [beforeLock, save]);
  useEffect(() => {
    if (state === 'saved') return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [state]);

  const show = (next: Transcript) => {
    setTranscript(next);
    setState('changed');
  };
  return {
    ...{ id: opened.id, transcript, title, tags, revision, state, error, conflict },
    apply: (edit) => {
      const next = history.apply(edit);
      if (next !== transcript) show(next);
    },
    setTitle: (next) => {
      setTitleState(next.trim() === '' ? null : next);
      setState('changed');
    },
    setTags: (next) => {
      setTagsState(next);
      setState('changed');
    },
    canUndo: history.canUndo,
    canRedo: history.canRedo,
    undo: () => show(history.undo()),
    redo: () => show(history.redo()),
    keepMine: () => {
      if (!conflict) return;
      saved.current = conflict;
      setConflict(undefined);
      setState('changed');
    },
  };
}
