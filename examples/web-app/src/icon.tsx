/** The few pictures of the interface, drawn here. They say nothing that the words beside them do not. */
const paths = {
  back: 'M15 5l-7 7 7 7',
  bytes: 'M4 5h6v6H4zM14 5h6v6h-6zM4 15h6v5H4zM14 15h6v5h-6z',
  check: 'M5 12.500l4.5 4.500L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  download: 'M12 4v11m-4.5-4.500L12 15l4.5-4.500M5 20h14',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  link: 'M10 14a4 4 0 005.7 0l3-3a4 4 0 00-5.7-5.7l-1 1M14 10a4 4 0 00-5.7 0l-3 3a4 4 0 005.7 5.7l1-1',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3',
  merge: 'M6 4v4a4 4 0 004 4h4a4 4 0 014 4v4M18 4v4a4 4 0 01-1.2 2.8M6 20v-4a4 4 0 011.2-2.8',
  microphone: 'M12 3a3 3 0 013 3v6a3 3 0 01-6 0V6a3 3 0 013-3zM5.5 11.500a6.5 6.5 0 0013 0M12 18v3',
  pause: 'M8 5v14M16 5v14',
  people:
    'M9 11a3.5 3.5 0 100-7 3.500 3.500 0 000 7zM2.500 19.500a6.5 6.5 0 0113 0M16 4.500a3.5 3.500 0 010 6.500M18 14a6.5 6.500 0 013.500 5.500',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20.500a7.5 7.5 0 0115 0',
  play: 'M8 5l11 7-11 7z',
  redo: 'M15 6l4 4-4 4M19 10H9.500a5 5 0 000 10H12',
  search: 'M11 18a7 7 0 100-14 7 7 0 000 14zM20 20l-4-4',
  split: 'M4 12h5M15 12h5M12 4v16M9 9l-3 3 3 3M15 9l3 3-3 3',
  tag: 'M4 4h8l8 8-8 8-8-8zM8 8h.01',
  time: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5l3 2',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  undo: 'M9 6l-4 4 4 4M5 10h9.500a5 5 0 010 10H12',
  upload: 'M12 16V5m-4.5 4.500L12 5l4.5 4.500M5 20h14',
} as const;

/** Name of a picture. */
export type IconName = keyof typeof paths;

/** A picture as large as the text beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark of the app: a voice, sealed. */
export function Seal() {
  return (
    <svg className="seal" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" />
      <path d="M8 13v6M12 9.500v13M16 12v8M20 8v16M24 13v6" />
    </svg>
  );
}
