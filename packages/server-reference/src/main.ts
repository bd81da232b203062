#!/usr/bin/env node
/** `sealscribe-server` starts the server; `sealscribe-server models …` downloads and checks models, and loads nothing else. */
if (process.argv[2] === 'models') {
  const { runModels } = await import('./models/command.js');
  process.exitCode = await runModels(process.argv.slice(3));
} else {
  await import('./serve.js');
}

export {};
