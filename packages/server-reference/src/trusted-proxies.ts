/**
 * Whose word about a client's address is taken (`--trust-proxy`): that of the proxies that the operator names, and of nobody else. Each of
 * them has written into X-Forwarded-For whom it spoke with; read from the end, the first address that is no such proxy is the client.
 * What stands before it anybody may have written. Limits and waits count by this address, and nothing else is made of it.
 */
import { BlockList, isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { HttpError } from './http-error.js';

/** Says whether an address is one of the proxies'. */
export type IsTrusted = (address: string) => boolean;

/**
 * Reads the list; `undefined` where it is empty.
 *
 * @throws {RangeError} for an entry that is neither an address nor ADDRESS/BITS.
 */
export function readTrustedProxies(entries: readonly string[]): IsTrusted | undefined {
  const proxies = new BlockList();
  const parts = entries.flatMap((entry) => entry.split(',')).filter((entry) => entry !== '');
  for (const part of parts) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    // A network of everybody would believe everybody.
    const length = bits === undefined ? most : Number(bits);
    if (family === 0 || length < 1 || length > most)
      throw new RangeError(`--trust-proxy ${part}: a proxy is ADDRESS, or ADDRESS/BITS for a network.`);
    proxies.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  if (parts.length === 0) return undefined;
  return (address) => isIP(address) !== 0 && proxies.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** Refuses requests for which a trusted proxy wrote down no address, such as one with a port: nobody could be told apart. */
export function refuseUnclearAddresses(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ ip }) => {
    if (isIP(ip) === 0) throw new HttpError('bad_request', 'The proxy names no address in X-Forwarded-For.');
  });
}
