/** What is looked after from time to time, from the server's start to its stop. */
import type { VaultContext } from './vault-route.js';

/** Runs `sweep` at the start and every `sweepSeconds`, never twice at once; `failure` is what the log says when it fails. */
export function sweepRegularly(
  { app, clock, limits }: VaultContext,
  sweep: (now: Date) => Promise<void>,
  failure: string,
): void {
  let sweeping: Promise<void> | undefined;
  const run = () =>
    (sweeping ??= sweep(new Date(clock()))
      .catch((error: unknown) => app.log.error({ err: error }, failure))
      .finally(() => (sweeping = undefined)));
  app.addHook('onReady', run);
  const timer = setInterval(() => void run(), limits.sweepSeconds * 1000).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await sweeping;
  });
}
