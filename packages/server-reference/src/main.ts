#!/usr/bin/env node
/**
 * `sealscribe-server` starts the server; `sealscribe-server models …` downloads and checks models, `sealscribe-server triton-models` writes
 * them for Triton, `sealscribe-server email-codes` prints codes and `sealscribe-server admin …` is for accounts, and none of these loads
 * anything else.
 */
const [, , command, ...args] = process.argv;
if (command === 'models') {
  const { runModels } = await import('./models/command.js');
  process.exitCode = await runModels(args);
} else if (command === 'email-codes') {
  const { runEmailCodes } = await import('./email-codes.js');
  process.exitCode = await runEmailCodes(args);
} else if (command === 'admin') {
  const { runAdmin } = await import('./admin/command.js');
  process.exitCode = await runAdmin(args);
} else if (command === 'triton-models') {
  const { runTritonModels } = await import('./triton/command.js');
  process.exitCode = await runTritonModels(args);
} else {
  const { refuseUnsafeStart } = await import('./environment.js');
  refuseUnsafeStart();
  await import('./serve.js');
}

export {};
