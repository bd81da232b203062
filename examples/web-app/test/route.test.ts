/** Addresses and screens belong together, and nothing else is a screen. */
import { expect, test } from 'vitest';
import { parseRoute, pathTo, type Route } from '../src/route.js';

const id = 'abcdefghijklmnopqrst_-';
const screens: Route[] = [
  { screen: 'library' },
  { screen: 'record' },
  { screen: 'account' },
  { screen: 'transcript', id },
  { screen: 'server', id },
];

test.each(screens)('%o has an address of its own', (route) => {
  expect(parseRoute(pathTo(route))).toEqual(route);
});

test.each([
  '/',
  '/app/',
  '/app/nothing',
  '/app/transcripts',
  '/app/transcripts/short',
  `/app/transcripts/${id}/x`,
])('%s is the library', (path) => expect(parseRoute(path)).toEqual({ screen: 'library' }));
