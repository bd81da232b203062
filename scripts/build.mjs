// @ts-check
// npm run build: installs what is missing and builds every package into its dist folder, declarations included.
import { build, buildTypes, runScript } from './setup.mjs';

await runScript(() => {
  build();
  buildTypes();
});
