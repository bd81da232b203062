/** Addresses and screens belong together, and nothing else is a screen. */
import { expect, test } from 'vitest';
import { parseRoute, pathTo, type Route } from '../src/route.js';

const id = 'abcdefghijklmnopqrst_-';
const workspace = 'ABCDEFGHIJKLMNOPQRST_-';
const screens: Route[] = [
  { screen: 'library' },
  { screen: 'record' },
  { screen: 'account' },
  { screen: 'transcript', id },
  { screen: 'server', id },
  { screen: 'workspaces' },
  { screen: 'workspace', workspace },
  { screen: 'record', workspace },
  { screen: 'transcript', id, workspace },
  { screen: 'server', id, workspace },
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
  '/app/workspaces/short',
  `/app/workspaces/${workspace}/transcripts`,
])('%s is the library', (path) => expect(parseRoute(path)).toEqual({ screen: 'library' }));
