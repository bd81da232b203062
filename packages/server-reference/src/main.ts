#!/usr/bin/env node
/**
 * `sealscribe-server` starts the server; `sealscribe-server models …` downloads and checks models and `sealscribe-server email-codes` prints
 * codes, and neither loads anything else.
 */
const [, , command, ...args] = process.argv;
if (command === 'models') {
  const { runModels } = await import('./models/command.js');
  process.exitCode = await runModels(args);
} else if (command === 'email-codes') {
  const { runEmailCodes } = await import('./email-codes.js');
  process.exitCode = await runEmailCodes(args);
} else {
  const { refuseUnsafeStart } = await import('./environment.js');
  refuseUnsafeStart();
  await import('./serve.js');
}

export {};
