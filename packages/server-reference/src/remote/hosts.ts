/**
 * The hosts that the operator lets recordings be fetched from (`--fetch-from`) or webhooks be delivered to (`--webhook-to`). A name alone is looked up and must lead to the public
 * internet; NAME=ADDRESS:PORT says where a host of the operator's own network is, and is not looked up at all.
 */
import { isIP } from 'node:net';

/** Where a host is that is not looked up. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** Allowed hosts by name; `undefined` for those that are looked up. */
export type AllowedHosts = ReadonlyMap<string, Place | undefined>;

const NAME = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)+$/;

/**
 * Reads the list.
 *
 * @param flag that it came with, for the message
 *
 * @throws {RangeError} for an entry that is neither a host's name with a dot nor NAME=ADDRESS:PORT.
 */
export function readAllowedHosts(entries: readonly string[], flag = '--fetch-from'): AllowedHosts {
  const parts = entries.flatMap((entry) => entry.split(',')).filter((entry) => entry !== '');
  return new Map(parts.map((entry) => readEntry(entry, flag)));
}

function readEntry(entry: string, flag: string): [string, Place | undefined] {
  const [name = '', place] = entry.toLowerCase().split('=', 2);
  // What a parser of addresses takes for a number is no name: 127.1, 0x7f.0.0.1.
  const isName =
    NAME.test(name) && URL.canParse(`https://${name}`) && new URL(`https://${name}`).hostname === name;
  if (!isName || isIP(name) !== 0) throw wrong(entry, flag);
  if (place === undefined) return [name, undefined];
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(place) ?? [];
  const where = { address: bracketed ?? plain ?? '', port: Number(port) };
  if (isIP(where.address) === 0 || !(where.port >= 1 && where.port <= 65_535)) throw wrong(entry, flag);
  return [name, where];
}

const wrong = (entry: string, flag: string) =>
  new RangeError(`${flag} ${entry}: a host is NAME, or NAME=ADDRESS:PORT for one of your own network.`);
