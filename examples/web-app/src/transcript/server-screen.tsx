/** What the server sees: the bytes and fields that it stores of one transcript, beside what they open to on this device. */
import { useEffect, useState } from 'react';
import type { VaultTranscript } from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { Icon } from '../icon.js';
import { Link } from '../link.js';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { toClock } from '../time-format.js';
import { useSpace } from '../workspaces/space.js';
import { entropyOf, fetchStored, toHex, type StoredTranscript } from './stored-bytes.js';

/** Rows of 16 bytes that are shown of each part. */
const ROWS = 256;

/** Both sides of one transcript. */
export function ServerScreen({ id }: { id: string }) {
  const t = useStrings();
  const { client } = useOpenSession();
  const { transcripts, workspace, place } = useSpace();
  const [stored, setStored] = useState<StoredTranscript>();
  const [opened, setOpened] = useState<VaultTranscript>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const from = { id, workspace: workspace?.id, token: client.session?.token ?? '' };
    Promise.all([fetchStored(from, signal), transcripts.open(id, { signal })])
      .then(([bytes, plain]) => {
        if (signal.aborted) return;
        setStored(bytes);
        setOpened(plain);
      })
      .catch((failure: unknown) => !signal.aborted && setError(describeError(failure, t)));
    return () => abort.abort();
  }, [id, client, transcripts, workspace, t]);
  return (
    <div className="server-view">
      <Link to={{ screen: 'transcript', id, ...place }} className="back">
        <Icon name="back" />
        {t.server.back}
      </Link>
      <h1>{t.server.title}</h1>
      <p className="lead">{t.server.lead}</p>
      <Notice>{error}</Notice>
      {stored && opened && (
        <div className="sides">
          <section className="side yours">
            <h2>{t.server.yours}</h2>
            <Plain opened={opened} />
          </section>
          <section className="side theirs">
            <h2>{t.server.theirs}</h2>
            <Sealed stored={stored} />
          </section>
        </div>
      )}
    </div>
  );
}

function Plain({ opened }: { opened: VaultTranscript }) {
  const t = useStrings();
  const { transcript } = opened;
  const facts: [string, string | null][] = [
    [t.server.facts.title, opened.title],
    [t.server.facts.fileName, opened.fileName],
    [t.server.facts.language, opened.language],
    [t.server.facts.duration, toClock(opened.duration)],
    [t.server.facts.speakers, opened.speakers.join(', ')],
    [t.server.facts.model, opened.model],
    [t.server.facts.tags, opened.tags.join(', ')],
  ];
  return (
    <>
      <Facts facts={facts} />
      <h3>{t.server.text}</h3>
      <p className="plain-text" dir="auto" lang={transcript.language}>
        {transcript.text.slice(0, 1200)}
      </p>
      <h3>{t.server.words}</h3>
      <p className="plain-text" dir="ltr">
        {transcript.segments
          .flatMap(({ words }) => words)
          .slice(0, 40)
          .map(({ word, start }) => `${word} ${start.toFixed(2)}`)
          .join(' · ')}
      </p>
    </>
  );
}

function Sealed({ stored: { fields, parts } }: { stored: StoredTranscript }) {
  const t = useStrings();
  return (
    <>
      <Facts facts={Object.entries(fields)} />
      {parts.map(({ name, bytes }) => (
        <div key={name} className="part">
          <h3>{t.server.parts[name]}</h3>
          <p className="hint">{t.server.size(bytes.length, entropyOf(bytes).toFixed(2))}</p>
          <pre dir="ltr" tabIndex={0} aria-label={t.server.parts[name]}>
            {toHex(bytes, ROWS)}
            {bytes.length > ROWS * 16 && '\n…'}
          </pre>
        </div>
      ))}
    </>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, string | null])[] }) {
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value === null || value === '' ? '–' : value}</dd>
        </div>
      ))}
    </dl>
  );
}
