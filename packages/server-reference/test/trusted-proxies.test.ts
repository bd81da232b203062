// Whose X-Forwarded-For is believed, and how far: on an app over HTTP, with what clients and proxies write.
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { handleError } from '../src/error-handler.js';
import { readTrustedProxies, refuseUnclearAddresses } from '../src/trusted-proxies.js';

/** The address that requests of an app are counted by. */
async function clientOf(forwarded: string | undefined, proxies: readonly string[], from = '10.0.0.1') {
  const app = Fastify({ trustProxy: readTrustedProxies(proxies) ?? false });
  app.setErrorHandler(handleError);
  refuseUnclearAddresses(app);
  app.get('/', async ({ ip }) => ip);
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const { statusCode, body } = await app.inject({ url: '/', headers, remoteAddress: from });
  await app.close();
  return statusCode === 200 ? body : statusCode;
}

describe('the address of a client', () => {
  test.each<[what: string, forwarded: string | undefined, proxies: string[], client: string | number]>([
    ['without trusted proxies it is the connection', '203.0.113.9', [], '10.0.0.1'],
    ['nor is anybody else believed', '203.0.113.9', ['10.0.0.2', '10.1.0.0/16'], '10.0.0.1'],
    ['a trusted one is', '203.0.113.9', ['10.0.0.1'], '203.0.113.9'],
    ['of a trusted network too', '2001:db8::7', ['10.0.0.0/24'], '2001:db8::7'],
    ['what the client wrote itself is not', '1.1.1.1, 203.0.113.9', ['10.0.0.1'], '203.0.113.9'],
    ['not even as a trusted one', '1.1.1.1, 10.0.0.1, 203.0.113.9', ['10.0.0.1'], '203.0.113.9'],
    ['two proxies in a row', '1.1.1.1, 203.0.113.9, 10.0.0.2', ['10.0.0.0/30'], '203.0.113.9'],
    ['a proxy that says nothing stands for its clients', undefined, ['10.0.0.1'], '10.0.0.1'],
    ['no address, from a trusted one', 'unknown', ['10.0.0.1'], 400],
    ['an address with a port', '203.0.113.9:4711', ['10.0.0.1'], 400],
    ['no address, where nobody is trusted', 'unknown', [], '10.0.0.1'],
  ])('%s', async (_what, forwarded, proxies, client) => {
    expect(await clientOf(forwarded, proxies)).toBe(client);
  });

  test('proxies of IPv6, and of IPv4 on a socket of IPv6', async () => {
    expect(await clientOf('203.0.113.9', ['fd00::/8'], 'fd12::1')).toBe('203.0.113.9');
    expect(await clientOf('203.0.113.9', ['10.0.0.1'], '::ffff:10.0.0.1')).toBe('203.0.113.9');
    expect(await clientOf('203.0.113.9', ['fd00::/8'], '2001:db8::1')).toBe('2001:db8::1');
  });
});

test.each(['proxy.internal', '10.0.0', '10.0.0.1/33', '10.0.0.1/0', '::/0', '::1/129', '10.0.0.1/', '*'])(
  '%s is no proxy',
  (entry) => {
    expect(() => readTrustedProxies([entry])).toThrow(RangeError);
  },
);
