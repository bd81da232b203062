// @ts-check
// packages/sdk-browser/dist/index.js: the SDK with everything it needs in one file, so that a page can use it without a bundler. What
// the source loads with import() becomes a file beside it, fetched when it is first needed. Called by tsup.config.ts.
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
    transform: (code, id) =>
      id.includes('@hpke')
        ? code.replaceAll('await import("crypto")', '{}')
        : code.replaceAll("new URL('./", "new URL(/* @vite-ignore */ './"),
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

/** @param {string} entry A file in the package's src, without the ending. @param {boolean} isWhole Whether all of it is one file. */
async function bundle(entry, isWhole) {
  const { build } = await import('vite');
  await build({
    root: folder,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    resolve: { alias },
    plugins: [asWritten(), ...(isWhole ? [withoutDevice()] : []), minified()],
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      // Whatever this says would be done after minifying, and put the white space back.
      target: 'esnext',
      minify: false,
      sourcemap: true,
      lib: { entry: { [entry]: `src/${entry}.ts` }, formats: ['es'] },
      rollupOptions: {
        // Only a page with a bundler of its own has it.
        external: ['pdfkit'],
        // What several files need lies in the entry, under names of one letter; else it would be a file of its own.
        preserveEntrySignatures: 'allow-extension',
        treeshake: { propertyReadSideEffects: false },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: ({ name, facadeModuleId }) => {
            const part = Object.keys(NAMES).find((part) => facadeModuleId?.includes(part));
            return `${NAMES[part ?? ''] ?? name}.js`;
          },
          minifyInternalExports: true,
          inlineDynamicImports: isWhole,
        },
      },
    },
  });
}

/** Writes the files. */
export async function bundleBrowser() {
  await Promise.all([bundle('index', false), bundle('vault-worker', true)]);
}
