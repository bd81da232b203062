// @ts-check
// Under which licences the components are, and whether one of them is a surprise.
import { components } from './components.mjs';

const PERMISSIVE = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '(MIT OR CC0-1.0)',
];

/** Components under another licence, and why they are there all the same. A name that is not here fails `npm run check`. */
const EXCEPTIONS = {
  'codec-parser': {
    licence: 'LGPL-3.0-or-later',
    why: 'reads the frames of Opus files for ogg-opus-decoder; a package of its own that users can replace, not copied into ours',
  },
  mediabunny: {
    licence: 'MPL-2.0',
    why: 'takes recordings apart in the worker of sdk-browser, unchanged; the source is the published package, as THIRD-PARTY.md says',
  },
};

/** @param {string} name */
const exceptionFor = (name) => EXCEPTIONS[/** @type {keyof typeof EXCEPTIONS} */ (name)];

/** What nobody has agreed to: components under other licences, and exceptions for what is no longer there. */
export function surprisingLicences() {
  const others = [...components().others.values()];
  const unagreed = others
    .filter(({ name, licence }) => !PERMISSIVE.includes(licence) && exceptionFor(name)?.licence !== licence)
    .map(({ name, version, licence }) => `${name} ${version} is under ${licence}`);
  const stale = Object.keys(EXCEPTIONS)
    .filter((name) => !others.some((component) => component.name === name))
    .map((name) => `scripts/supply-chain/licences.mjs makes an exception for ${name}, which is not used`);
  return [...unagreed, ...stale];
}

/** The report, as Markdown. */
export function licenceReport() {
  const { others } = components();
  const rows = [...others.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, version, licence, embedded }) =>
        `| ${name} | ${version} | ${licence} | ${[embedded ? 'inside one of our packages' : '', exceptionFor(name)?.why ?? ''].filter(Boolean).join('; ')} |`,
    );
  return [
    '# Licences',
    '',
    `Everything that an install of all Sealscribe packages brings, on any system: ${rows.length} packages.`,
    '',
    '| package | version | licence | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
