/** A transcript as a file, made on this device. */
import { useRef } from 'react';
import {
  DOCX_TYPE,
  toCsv,
  toDocx,
  toJson,
  toMarkdown,
  toSrt,
  toTxt,
  toVtt,
  type Transcript,
} from '@sealscribe/sdk-browser';
import { Icon } from '../icon.js';
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { saveFile } from './save-file.js';

type Convert = (transcript: Transcript, title: string) => string | Promise<Uint8Array>;

const formats: Record<string, { type: string; convert: Convert }> = {
  txt: { type: 'text/plain', convert: toTxt },
  docx: { type: DOCX_TYPE, convert: (transcript, title) => toDocx(transcript, { title }) },
  srt: { type: 'application/x-subrip', convert: toSrt },
  vtt: { type: 'text/vtt', convert: toVtt },
  md: { type: 'text/markdown', convert: (transcript, title) => toMarkdown(transcript, { title }) },
  csv: { type: 'text/csv', convert: toCsv },
  json: { type: 'application/json', convert: toJson },
};

/** A menu of formats. */
export function ExportMenu({ transcript, title }: { transcript: Transcript; title: string }) {
  const t = useStrings();
  const { error, run } = useAction();
  const menu = useRef<HTMLDetailsElement>(null);
  const save = (extension: string) =>
    run(async () => {
      const format = formats[extension];
      if (format === undefined) return;
      const content = await format.convert(transcript, title);
      saveFile(`${title}.${extension}`, new Blob([content as BlobPart], { type: format.type }));
      menu.current?.removeAttribute('open');
    });
  return (
    <details
      ref={menu}
      className="menu"
      onBlur={({ relatedTarget, currentTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false;
      }}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Escape') currentTarget.open = false;
      }}
    >
      <summary className="button">
        <Icon name="download" />
        {t.export.start}
      </summary>
      <ul>
        {Object.keys(formats).map((extension) => (
          <li key={extension}>
            <button type="button" onClick={() => void save(extension)}>
              <strong>{extension.toUpperCase()}</strong>
              <span>{(t.export.formats as Record<string, string>)[extension]}</span>
            </button>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => window.print()}>
            <strong>PDF</strong>
            <span>{t.export.print}</span>
          </button>
        </li>
      </ul>
      <Notice>{error}</Notice>
    </details>
  );
}
