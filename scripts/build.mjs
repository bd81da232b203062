// @ts-check
// npm run build: installs what is missing and builds every package into its dist folder, declarations included; with --no-types only
// what runs, as the image needs it.
import { buildTypes, buildWebApp, runScript } from './setup.mjs';

await runScript(() => {
  buildWebApp();
  if (!process.argv.includes('--no-types')) buildTypes();
});
