/**
 * Builds the app into dist/: no inline code or style (a strict CSP refuses them), the hash of every script and style in the page (SRI;
 * those that scripts import too, through an import map), and SHA256SUMS with the hash of every file, so that anybody can compare what
 * a server gives out with their own build.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const dist = join(import.meta.dirname, 'dist');
const read = (path: string) => readFileSync(join(dist, path));

/** Brings what recognises speech on the device: the page loads it from nowhere else. */
function withRecognizer(): Plugin {
  const script = join(import.meta.dirname, '../../packages/sdk-browser/device-files.mjs');
  return {
    name: 'recognizer',
    apply: 'build',
    closeBundle: () => void execFileSync(process.execPath, [script, join(dist, 'sealscribe-device')]),
  };
}

function withIntegrity(): Plugin {
  return {
    name: 'integrity',
    apply: 'build',
    closeBundle() {
      const hashOf = (path: string) => `sha384-${createHash('sha384').update(read(path)).digest('base64')}`;
      const scripts = readdirSync(join(dist, 'assets'))
        .filter((name) => name.endsWith('.js'))
        .map((name) => [`/assets/${name}`, hashOf(`assets/${name}`)] as const);
      const map = JSON.stringify({ integrity: Object.fromEntries(scripts) });
      const page = read('index.html')
        .toString()
        .replace(/<(script|link)([^>]*?) (src|href)="\/([^"]+)"([^>]*)>/g, (tag, ...parts: string[]) => {
          const [name = '', before = '', attribute = '', path = '', after = ''] = parts;
          if (name === 'link' && !/rel="(stylesheet|modulepreload)"/.test(before + after)) return tag;
          return `<${name}${before} ${attribute}="/${path}" integrity="${hashOf(path)}"${after}>`;
        })
        // It must stand before the first module.
        .replace(
          /( *)<script type="module"/,
          (tag, space: string) => `${space}<script type="importmap">${map}</script>\n${tag}`,
        );
      writeFileSync(join(dist, 'index.html'), page);
      const files = readdirSync(dist, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'SHA256SUMS')
        .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
        .sort();
      const sums = files.map((path) => `${createHash('sha256').update(read(path)).digest('hex')}  ${path}\n`);
      writeFileSync(join(dist, 'SHA256SUMS'), sums.join(''));
    },
  };
}

const server = process.env['SEALSCRIBE_SERVER'] ?? 'https://127.0.0.1:8443';

export default defineConfig({
  root: import.meta.dirname,
  // While developing: the page comes from here, and what it asks for from a server beside it.
  server: { proxy: { '/v1': { target: server, secure: false, ws: true } } },
  plugins: [withRecognizer(), withIntegrity()],
  esbuild: { jsx: 'automatic' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // Printing makes the PDFs here; the SDK's own exporter and its fonts are not bundled.
    rollupOptions: { external: ['pdfkit'] },
    // Every browser that has Web Crypto and modules of this target preloads by itself.
    modulePreload: { polyfill: false },
  },
});
