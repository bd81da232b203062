/** The workspaces of an unlocked account, whose code is loaded with the first call: most accounts have none. */
import type { Workspaces } from './workspaces.js';

/** What can be done, all of it by calls that are waited for. */
const CALLS = [
  ...([
    'identity',
    'create',
    'list',
    'invitations',
    'open',
    'rename',
    'members',
    'invite',
    'withdraw',
  ] as const),
  ...(['confirm', 'accept', 'setRole', 'remove', 'leave', 'delete', 'add'] as const),
] satisfies (keyof Workspaces)[];

/** Workspaces that are made with the first call. */
export function loadWorkspaces(make: () => Promise<Workspaces>): Workspaces {
  let making: Promise<Workspaces> | undefined;
  let made: Workspaces | undefined;
  const call = async (name: (typeof CALLS)[number], values: unknown[]): Promise<unknown> => {
    // What could not be loaded is loaded by the next call.
    if (!made) made = await (making ??= make().finally(() => (making = undefined)));
    return (made[name] as (...values: unknown[]) => unknown).apply(made, values);
  };
  const calls: Record<(typeof CALLS)[number], unknown> = Object.fromEntries(
    CALLS.map((name) => [name, (...values: unknown[]) => call(name, values)]),
  ) as never;
  const all: Record<keyof Workspaces, unknown> = { ...calls, lock: () => made?.lock() };
  return all as Workspaces;
}
