// @ts-check
// npm run pack [-- FOLDER]: builds the packages from nothing and puts what is published into FOLDER (release/):
//
//     sealscribe-NAME-VERSION.tgz   one for each package, the same bytes from the same source on any machine
//     SHA256SUMS                    of all files beside it
//     integrity.json                the SRI of each script of sdk-browser, for <script integrity>
//     sbom.cdx.json                 what is in them and what they depend on (CycloneDX 1.6)
//     LICENCES.md                   under which licences
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, buildTypes, packageFolders, root, runScript } from './setup.mjs';
import { packInto, withOurs } from './supply-chain/pack-packages.mjs';

/** The scripts of sdk-browser with their SRI, for pages that load them from elsewhere. */
function integrities() {
  const dist = join(root, 'packages/sdk-browser/dist');
  const scripts = readdirSync(dist)
    .filter((name) => name.endsWith('.js'))
    .sort();
  return Object.fromEntries(
    scripts.map((name) => [
      name,
      `sha384-${createHash('sha384')
        .update(readFileSync(join(dist, name)))
        .digest('base64')}`,
    ]),
  );
}

/** What to type in the folder of an application. Each command names what its package needs of ours. @param {string} folder */
function howToInstall(folder) {
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const commands = ['sdk-node', 'sdk-browser', 'crypto', 'cli', 'server-reference'].map((each) => {
    const files = withOurs(`@sealscribe/${each}`).map((name) => {
      const start = `${name.slice(1).replace('/', '-')}-`;
      return tarballs.find((file) => file.startsWith(start) && /^\d/.test(file.slice(start.length)));
    });
    return `  ${each}:\n    npm install ${files.map((file) => quoted(join(folder, file ?? ''))).join(' ')}\n`;
  });
  return `\nIn the folder of an application, with what each package needs of ours:\n${commands.join('')}`;
}

/** A path as a shell takes it. @param {string} path */
const quoted = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

await runScript(async () => {
  const folder = resolve(process.argv[2] ?? join(root, 'release'));
  // From nothing: what an older build left is not published.
  for (const each of packageFolders()) rmSync(join(root, each, 'dist'), { recursive: true, force: true });
  build();
  buildTypes();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  packInto(folder);
  // Loaded late: they need the YAML reader, which a fresh clone does not have before build().
  const { sbom } = await import('./supply-chain/sbom.mjs');
  const { licenceReport } = await import('./supply-chain/licences.mjs');
  const json = (/** @type {unknown} */ value) => `${JSON.stringify(value, null, 2)}\n`;
  writeFileSync(join(folder, 'integrity.json'), json(integrities()));
  writeFileSync(join(folder, 'sbom.cdx.json'), json(sbom()));
  writeFileSync(join(folder, 'LICENCES.md'), licenceReport());
  const sums = readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    );
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  process.stdout.write(sums.join(''));
  process.stderr.write(howToInstall(folder));
});
