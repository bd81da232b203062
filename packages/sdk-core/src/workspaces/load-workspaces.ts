/** The workspaces of an unlocked account, whose code is loaded with the first call: most accounts have none. */
import type { Workspaces as Loaded } from './workspaces.js';

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
] as const satisfies (keyof Loaded)[];

/** The workspaces of an unlocked account. */
export type Workspaces = Omit<Loaded, 'lock'>;

/** Workspaces that are made with the first call. */
export function loadWorkspaces(make: () => Promise<Loaded>): Workspaces {
  let loaded: Promise<Loaded> | undefined;
  const call = async (name: (typeof CALLS)[number], values: unknown[]): Promise<unknown> => {
    loaded ??= make();
    loaded.catch(() => (loaded = undefined));
    const workspaces = await loaded;
    return (workspaces[name] as (...values: unknown[]) => unknown).apply(workspaces, values);
  };
  const entries = CALLS.map((name) => [name, (...values: unknown[]) => call(name, values)]);
  return Object.fromEntries(entries) as Pick<Loaded, (typeof CALLS)[number]>;
}
