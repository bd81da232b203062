// The import rules of docs/architecture.md. Each package may import what is listed here and nothing else.
const allowed = {
  crypto: [],
  protocol: ['zod'],
  asr: ['@sealscribe/protocol', 'onnxruntime-common'],
  'sdk-core': [
    '@sealscribe/crypto',
    '@sealscribe/protocol',
    '@hpke/core',
    '@scure/bip39',
    'bidi-js',
    'pdfkit',
  ],
  'sdk-node': ['@sealscribe/sdk-core', 'undici', 'node:'],
  'sdk-browser': [
    '@sealscribe/sdk-core',
    // In the worker that recognises.
    '@sealscribe/asr',
    '@sealscribe/crypto',
    'mediabunny',
    'onnxruntime-web',
  ],
  cli: [
    '@sealscribe/sdk-node',
    'commander',
    '@modelcontextprotocol/server',
    '@napi-rs/keyring',
    'zod',
    'node:',
  ],
  'server-reference': [
    '@sealscribe/protocol',
    '@sealscribe/asr',
    '@sealscribe/model-moonshine-tiny-en',
    'node:',
    'onnxruntime-node',
    // In the one file that seals, as a rule of its own says.
    '@hpke/core',
    'fastify',
    '@fastify/',
    '@types/ws',
    'kysely',
    'libsql',
    'pg',
    'pino',
    'prom-client',
    'selfsigned',
    'commander',
    'mpg123-decoder',
    '@wasm-audio-decoders/',
    'ogg-opus-decoder',
  ],
};
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const places = (name) =>
  name === 'node:'
    ? null
    : name.startsWith('@sealscribe/')
      ? `^packages/${escape(name.slice(12))}/`
      : `node_modules/${escape(name)}${name.endsWith('/') ? '' : '/'}`;

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'one-file-of-the-server-seals',
      severity: 'error',
      from: { path: '^packages/server-reference/src/', pathNot: '/webhooks/seal\\.ts$' },
      to: { path: 'node_modules/@hpke/' },
    },
    ...Object.entries(allowed).map(([name, list]) => ({
      name: `imports-of-${name}`,
      severity: 'error',
      from: { path: `^packages/${name}/src/` },
      to: {
        pathNot: [`^packages/${name}/src/`, ...list.map(places).filter(Boolean)],
        ...(list.includes('node:') ? { dependencyTypesNot: ['core'] } : {}),
      },
    })),
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
