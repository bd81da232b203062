import { expect, test } from 'vitest';
import DefaultExport, { Sealscribe } from '../src/index.js';

const print = '0123456789abcdef'.repeat(4);

test('http:// is for this machine, unless it is allowed on purpose', () => {
  for (const server of ['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1'])
    expect(() => new Sealscribe({ server })).not.toThrow();
  for (const server of ['http://192.168.1.2', 'http://127.0.0.1.example.com', 'http://localhost.example.com'])
    expect(() => new Sealscribe({ server })).toThrow(TypeError);
  expect(() => new Sealscribe({ server: 'http://192.168.1.2', allowInsecure: true })).not.toThrow();
});

test('a fingerprint is 64 hex digits, with or without colons', () => {
  const server = 'https://127.0.0.1:1';
  for (const fingerprint of [print, print.toUpperCase(), print.replace(/..(?!$)/g, '$&:')])
    expect(() => new Sealscribe({ server, fingerprint })).not.toThrow();
  for (const fingerprint of ['', print.slice(2), `${print}00`, print.replace('0', 'g')])
    expect(() => new Sealscribe({ server, fingerprint })).toThrow(/fingerprint/);
  expect(() => new Sealscribe({ server: 'http://127.0.0.1', fingerprint: print })).toThrow(/fingerprint/);
});

test.each([{ timeout: 0 }, { timeout: Number.NaN }, { retries: -1 }, { retries: 1.5 }])(
  'the setting %j is refused by name',
  (setting) => {
    const build = () => new Sealscribe({ server: 'https://127.0.0.1:1', ...setting });
    expect(build).toThrow(RangeError);
    expect(build).toThrow(Object.keys(setting)[0]);
  },
);

test('the class is the default export too', () => {
  expect(DefaultExport).toBe(Sealscribe);
});
