// npm run build: installs what is missing and builds every package into its dist folder.
import { build, runScript } from './setup.mjs';

await runScript(build);
