/**
 * The transcript as a Word document (Office Open XML, ECMA-376): a heading, what it is, then a paragraph per turn. Paragraphs
 * that begin at the right are marked so, and each run says its direction, because Word takes it from there and not from the
 * letters. Fonts are named for the language; a reader without them takes its own. Written without a library: five small files.
 */
import type { Transcript } from '@sealscribe/protocol';
import { DOCX_TYPE } from './docx-type.js';
import { loadBidi, type DirectedText } from './bidi.js';
import { aboutLine, toClock, toLine, toTurns, type DocumentOptions } from './turns.js';
import { zip } from './zip.js';

const MAIN = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** Bytes of a .docx file. */
export async function toDocx(transcript: Transcript, options: DocumentOptions): Promise<Uint8Array> {
  const directed = await loadBidi();
  const title = toLine(options.title ?? '');
  const paragraphs = [
    ...(title === '' ? [] : [paragraph('Title', directed(title))]),
    paragraph('Subtitle', directed(aboutLine(transcript, options))),
    ...toTurns(transcript).flatMap(({ start, speaker, text }) => {
      const said = directed(text);
      const who = speaker === null ? toClock(start) : `${speaker} · ${toClock(start)}`;
      return [paragraph('Heading2', directed(who), said.rtl), paragraph(undefined, said)];
    }),
  ];
  const page =
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>';
  const files = {
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': relationships([
      ['officeDocument', 'word/document.xml'],
      ['metadata/core-properties', 'docProps/core.xml'],
    ]),
    'word/document.xml': `<w:document xmlns:w="${MAIN}"><w:body>${paragraphs.join('')}${page}</w:body></w:document>`,
    'word/_rels/document.xml.rels': relationships([['styles', 'styles.xml']]),
    'word/styles.xml': styles(transcript.language),
    'docProps/core.xml': core(title, options.date),
  };
  const encoder = new TextEncoder();
  return zip(Object.entries(files).map(([name, xml]) => ({ name, data: encoder.encode(HEAD + xml) })));
}

function paragraph(style: string | undefined, text: DirectedText, rtl = text.rtl): string {
  const properties = `${style ? `<w:pStyle w:val="${style}"/>` : ''}${rtl ? '<w:bidi/>' : ''}`;
  const runs = text
    .logicalRuns()
    .map((run) => {
      const direction = run.rtl ? '<w:rPr><w:rtl/></w:rPr>' : '';
      return `<w:r>${direction}<w:t xml:space="preserve">${escapeXml(run.text)}</w:t></w:r>`;
    })
    .join('');
  return `<w:p>${properties && `<w:pPr>${properties}</w:pPr>`}${runs}</w:p>`;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const CONTENT_TYPES = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${DOCX_TYPE}.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`;

function relationships(targets: [type: string, target: string][]): string {
  const list = targets.map(([type, target], position) => {
    const base = type.startsWith('metadata/') ? RELATIONSHIPS : OFFICE;
    return `<Relationship Id="rId${position + 1}" Type="${base}/${type}" Target="${target}"/>`;
  });
  return `<Relationships xmlns="${RELATIONSHIPS}">${list.join('')}</Relationships>`;
}

/** Fonts of Office for languages that its usual font lacks: complex scripts, and East Asian ones. */
const complexFonts: Record<string, string> = {
  ar: 'Arial',
  fa: 'Arial',
  he: 'Arial',
  ur: 'Arial',
  th: 'Leelawadee UI',
};
const eastAsianFonts: Record<string, string> = {
  ja: 'Yu Gothic',
  ko: 'Malgun Gothic',
  'zh-TW': 'Microsoft JhengHei',
  'zh-Hant': 'Microsoft JhengHei',
};

function styles(language: string): string {
  const tag = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language) ? language : 'en';
  const primary = tag.split('-')[0] ?? tag;
  const complex = complexFonts[primary] ?? 'Nirmala UI';
  const eastAsian = eastAsianFonts[tag] ?? eastAsianFonts[primary] ?? 'Microsoft YaHei';
  const fonts = `<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="${eastAsian}" w:cs="${complex}"/>`;
  const size = (halfPoints: number) => `<w:sz w:val="${halfPoints}"/><w:szCs w:val="${halfPoints}"/>`;
  const style = (id: string, name: string, spacing: string, run: string) =>
    `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/>${spacing}</w:pPr><w:rPr>${run}</w:rPr></w:style>`;
  return (
    `<w:styles xmlns:w="${MAIN}"><w:docDefaults><w:rPrDefault><w:rPr>${fonts}${size(22)}<w:lang w:val="${tag}" w:eastAsia="${tag}" w:bidi="${tag}"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>` +
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>' +
    style('Title', 'Title', '<w:spacing w:after="60"/>', `<w:b/><w:bCs/>${size(40)}`) +
    style('Subtitle', 'Subtitle', '<w:spacing w:after="240"/>', `<w:color w:val="666666"/>${size(20)}`) +
    style(
      'Heading2',
      'heading 2',
      '<w:spacing w:before="160" w:after="20"/><w:outlineLvl w:val="1"/>',
      `<w:b/><w:bCs/><w:color w:val="444444"/>${size(20)}`,
    ) +
    '</w:styles>'
  );
}

function core(title: string, date: Date | undefined): string {
  const created =
    date &&
    `<dcterms:created xsi:type="dcterms:W3CDTF">${date.toISOString().slice(0, 19)}Z</dcterms:created>`;
  return (
    `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
    `<dc:title>${escapeXml(title)}</dc:title>${created ?? ''}</cp:coreProperties>`
  );
}
