// @ts-check
// Where every package of an installed server and CLI lies, for one kind of machine: the closure of what pnpm-lock.yaml has for our
// packages, laid out for Node's search through node_modules folders upwards.

/** @typedef {{ os: string, cpu: string, libc: string }} Machine */
/** @typedef {{ name: string, version: string, integrity: string | undefined, path: string }} Placed `path` is from the folder of the
 * installation, '' for the folder itself; without `integrity` it is one of ours. */

const SERVER = '@sealscribe/server-reference';

/** @param {{ os?: string[], cpu?: string[], libc?: string[] }} entry @param {string} name @param {Machine} machine */
const fits = ({ os, cpu, libc }, name, machine) =>
  (os?.includes(machine.os) ?? true) &&
  (cpu?.includes(machine.cpu) ?? true) &&
  (libc?.includes(machine.libc) ?? true) &&
  // Some builds for another C library say so in their name alone.
  !(machine.libc === 'glibc' && /musl/.test(name));

/**
 * Every package with its place. The server's own is the folder itself, ours are in its node_modules, and so is the first version of
 * each other package; a further version lies in the node_modules of who needs it.
 * @param {any} lock What pnpm-lock.yaml says.
 * @param {{ folder: string, name: string, version: string }[]} ours
 * @param {Machine} machine
 * @returns {Placed[]} In order of their paths.
 */
export function layout(lock, ours, machine) {
  /** @type {Map<string, Placed & { dependencies: Record<string, string> }>} */
  const placed = new Map();
  for (const { folder, name, version } of ours) {
    const { dependencies, optionalDependencies } = lock.importers[folder];
    const needs = Object.entries({ ...dependencies, ...optionalDependencies }).map(
      ([each, { version: to }]) => [each, to],
    );
    const path = name === SERVER ? '' : `node_modules/${name}`;
    placed.set(path, { name, version, integrity: undefined, path, dependencies: Object.fromEntries(needs) });
  }
  // A map goes on with what is added to it while it is gone through: breadth first, so that what lies nearest is placed first.
  for (const { path, dependencies } of placed.values())
    for (const [name, reference] of Object.entries(dependencies).sort(([one], [other]) =>
      one < other ? -1 : 1,
    )) {
      if (reference.startsWith('link:')) continue;
      const id = `${name}@${reference}`;
      const entry = lock.packages[id.replace(/\(.*/, '')];
      if (!fits(entry, name, machine)) continue;
      const version = reference.replace(/\(.*/, '');
      const found = find(placed, path, name);
      if (found?.version === version) continue;
      const at =
        found === undefined ? `node_modules/${name}` : `${path}/node_modules/${name}`.replace(/^\//, '');
      const needs = lock.snapshots[id];
      placed.set(at, {
        ...{ name, version, integrity: entry.resolution.integrity, path: at },
        dependencies: { ...needs.dependencies, ...needs.optionalDependencies },
      });
    }
  return [...placed.values()]
    .map(({ name, version, integrity, path }) => ({ name, version, integrity, path }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** What Node would find for a name, asked from a place. @param {Map<string, Placed>} placed @param {string} from @param {string} name */
export function find(placed, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const found = placed.get(`${at === '' ? '' : `${at}/`}node_modules/${name}`);
    if (found !== undefined || at === '') return found;
  }
}
