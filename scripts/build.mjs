// @ts-check
// npm run build: installs what is missing and builds every package into its dist folder, declarations included.
import { buildTypes, buildWebApp, runScript } from './setup.mjs';

await runScript(() => {
  buildWebApp();
  buildTypes();
});
