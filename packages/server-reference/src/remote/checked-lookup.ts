/**
 * Where a connection to an allowed host may go: a host of the operator's own network to the place that the operator named, any other to
 * addresses of the public internet. A name is looked up once, all of its addresses are looked at, and the connection goes to one of those.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './addresses.js';
import type { AllowedHosts } from './hosts.js';

/** Finds all addresses of a name, as `dns.lookup` with `all` does. */
export type FindAddresses = (
  name: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** The host is not one to connect to, or none of that port. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

const findByName: FindAddresses = (name, done) => systemLookup(name, { all: true }, done);

/** Whether a host and port are those of the list; says nothing about the addresses of the name. */
export function isAllowedHost(hosts: AllowedHosts, { hostname, port }: URL): boolean {
  return hosts.has(hostname) && (hosts.get(hostname) !== undefined || port === '');
}

/**
 * What to connect to for a URL of an allowed host.
 *
 * @throws {NotAllowed} when it is not allowed, or one of its addresses is not public. @throws {Error} when the name is not found.
 */
export async function checkedLookup(
  hosts: AllowedHosts,
  url: URL,
  find: FindAddresses = findByName,
): Promise<{ port: number; lookup: LookupFunction }> {
  if (!isAllowedHost(hosts, url)) throw new NotAllowed();
  const place = hosts.get(url.hostname);
  const allowed = place
    ? [{ address: place.address, family: place.address.includes(':') ? 6 : 4 }]
    : await publicAddresses(url.hostname, find);
  const lookup: LookupFunction = (_name, options, done) => {
    const [first] = allowed as [LookupAddress];
    if (options.all === true) (done as (error: null, all: LookupAddress[]) => void)(null, [...allowed]);
    else done(null, first.address, first.family);
  };
  return { port: place?.port ?? 443, lookup };
}

async function publicAddresses(name: string, find: FindAddresses): Promise<readonly LookupAddress[]> {
  const found = await new Promise<readonly LookupAddress[]>((resolve, reject) =>
    find(name, (error, addresses) => (error ? reject(error) : resolve(addresses))),
  );
  if (found.length === 0) throw new Error('The name has no address.');
  if (!found.every(({ address }) => isPublicAddress(address))) throw new NotAllowed();
  return found;
}
