// @ts-check
// packages/sdk-browser/dist: the SDK with everything it needs, so that a page can use it without a bundler. Of index.js, what the source
// loads with import() becomes a file beside it, fetched when it is first needed; sealscribe.js has the whole API in it. Called by
// tsup.config.ts.
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const folder = `${packages}sdk-browser/`;

/** The packages from their sources, so that what is not used falls away; of zod what is used, in a tenth of its size. */
const alias = [
  ...['crypto', 'protocol', 'sdk-core'].map((name) => ({
    find: new RegExp(`^@sealscribe/${name}$`),
    replacement: `${packages}${name}/src/index.ts`,
  })),
  { find: /^zod\/mini$/, replacement: `${folder}src/bundle/shapes.ts` },
];

/** What files are called that another name would say less of. @type {Record<string, string>} */
const NAMES = { '@hpke/core': 'hpke', 'bidi-js': 'bidi-algorithm', 'open-archive': 'archive' };

/** Names and white space go. @returns {import('vite').Plugin} */
function minified() {
  return {
    name: 'minified',
    enforce: 'post',
    async renderChunk(code, { fileName }) {
      // Loaded late, as the packages are installed only when the build starts.
      const { transformWithEsbuild } = await import('vite');
      const options = { minify: true, target: 'es2022', loader: /** @type {const} */ ('js') };
      return transformWithEsbuild(code, fileName, { ...options, legalComments: 'none' });
    },
  };
}

/**
 * What a tool must not touch: workers and worklets stay files beside this one, and @hpke/core asks Node for its cryptography where a page
 * has none, which the client never lets it come to.
 * @returns {import('vite').Plugin}
 */
function asWritten() {
  return {
    name: 'as-written',
    enforce: 'pre',
    transform(code, id) {
      const written = id.includes('@hpke')
        ? code.replaceAll('await import("crypto")', '{}')
        : code.replaceAll("new URL('./", "new URL(/* @vite-ignore */ './");
      // No line has moved: the source map stays as it is.
      return written === code ? undefined : { code: written, map: null };
    },
  };
}

/**
 * The word list of the recovery words: it is in order, so that each word is written as what it does not share with the one before.
 * @returns {import('vite').Plugin}
 */
function shortWordList() {
  return {
    name: 'short-word-list',
    enforce: 'pre',
    async transform(_code, id) {
      if (!id.endsWith('bip39/wordlists/english.js')) return undefined;
      /** @type {{ wordlist: string[] }} */
      const { wordlist } = await import(id);
      const packed = wordlist.map((word, at) => {
        const before = wordlist[at - 1] ?? '';
        let shared = 0;
        while (shared < before.length && word[shared] === before[shared]) shared++;
        return shared + word.slice(shared);
      });
      const code = `let word = '';
export const wordlist = '${packed.join('')}'
  .match(/\\d\\D+/g)
  .map((each) => (word = word.slice(0, Number(each[0])) + each.slice(1)));`;
      return { code, map: { mappings: '' } };
    },
  };
}

/** A worker needs no recogniser, which has a worker of its own, and has no other file beside it. @returns {import('vite').Plugin} */
function withoutDevice() {
  const none = '\0no-device';
  return {
    name: 'without-device',
    enforce: 'pre',
    resolveId: (path, importer) =>
      path === './device.js' && importer?.includes('sdk-browser') ? none : undefined,
    load: (id) => (id === none ? 'export {};' : undefined),
  };
}

/** What is never part of the API's own file: Word and PDF files, the list of common passwords, and recognition on the device. */
const APART =
  /\/(export\/(docx|zip|pdf|pdf-text|line-breaks|bidi)|sdk-core\/src\/(new-password|common-passwords)|sdk-browser\/src\/device(\/.*)?)\.ts$|\/bidi-js\//;

/** @typedef {{ name: string, source?: string, parts: 'beside' | 'inside' | 'none' }} Bundle */

/** How a bundle is parted. @param {Bundle} bundle @returns {import('vite').Rollup.OutputOptions} */
const partsOf = ({ name, parts }) => ({
  entryFileNames: '[name].js',
  chunkFileNames: ({ name: part, facadeModuleId }) => {
    const named = Object.keys(NAMES).find((known) => facadeModuleId?.includes(known));
    return `${parts === 'inside' ? `${name}-` : ''}${NAMES[named ?? ''] ?? part}.js`;
  },
  minifyInternalExports: true,
  ...(parts === 'inside' ? { manualChunks: (id) => (APART.test(id) ? undefined : name) } : {}),
  ...(parts === 'none' ? { inlineDynamicImports: true } : {}),
});

/** @param {Bundle} of `source` is a file in the package's src, without the ending; its name where left out. */
async function bundle(of) {
  const { name, source = name, parts } = of;
  const { build } = await import('vite');
  await build({
    root: folder,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    resolve: { alias },
    plugins: [asWritten(), shortWordList(), ...(parts === 'none' ? [withoutDevice()] : []), minified()],
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      // Whatever this says would be done after minifying, and put the white space back.
      target: 'esnext',
      minify: false,
      sourcemap: true,
      lib: { entry: { [name]: `src/${source}.ts` }, formats: ['es'] },
      rollupOptions: {
        // Only a page with a bundler of its own has it.
        external: ['pdfkit'],
        // What several files need lies in the entry, under names of one letter; else it would be a file of its own.
        preserveEntrySignatures: 'allow-extension',
        treeshake: { propertyReadSideEffects: false },
        output: partsOf(of),
      },
    },
  });
}

/** Writes the files. */
export async function bundleBrowser() {
  await Promise.all([
    bundle({ name: 'index', parts: 'beside' }),
    bundle({ name: 'sealscribe', source: 'index', parts: 'inside' }),
    bundle({ name: 'vault-worker', parts: 'none' }),
  ]);
}
