/**
 * Where in the app somebody is: a path under /app, which the back button walks. Paths name screens and the ids that the server has
 * anyway; never a title, a key or a word of text.
 */
import { useEffect, useState } from 'react';

/** A screen of the app. */
export type Route =
  | { screen: 'library' }
  | { screen: 'record'; workspace?: string }
  | { screen: 'account' }
  | { screen: 'workspaces' }
  | { screen: 'workspace'; workspace: string }
  | { screen: 'transcript'; id: string; at?: number; workspace?: string }
  | { screen: 'server'; id: string; workspace?: string };

const listeners = new Set<() => void>();

const ID = '[A-Za-z0-9_-]{22}';
const TRANSCRIPT = new RegExp(`^(?:/workspaces/(${ID}))?/transcripts/(${ID})(/server)?$`);
const WORKSPACE = new RegExp(`^/workspaces/(${ID})(/record)?$`);

/** The screen that a path stands for; the library for every other path. */
export function parseRoute(path: string): Route {
  const within = /^\/app(\/.*)?$/.exec(path)?.[1] ?? '';
  if (within === '/record') return { screen: 'record' };
  if (within === '/account') return { screen: 'account' };
  if (within === '/workspaces') return { screen: 'workspaces' };
  const [, only, record] = WORKSPACE.exec(within) ?? [];
  if (only !== undefined) return { screen: record === undefined ? 'workspace' : 'record', workspace: only };
  const [, workspace, id, server] = TRANSCRIPT.exec(within) ?? [];
  if (id === undefined) return { screen: 'library' };
  const place = workspace === undefined ? { id } : { id, workspace };
  return { screen: server === undefined ? 'transcript' : 'server', ...place };
}

/** The path of a screen. */
export function pathTo(route: Route): string {
  switch (route.screen) {
    case 'library':
      return '/app';
    case 'workspace':
      return `/app/workspaces/${route.workspace}`;
    case 'record':
      return route.workspace === undefined ? '/app/record' : `/app/workspaces/${route.workspace}/record`;
    case 'transcript':
    case 'server': {
      const within = route.workspace === undefined ? '' : `/workspaces/${route.workspace}`;
      return `/app${within}/transcripts/${route.id}${route.screen === 'server' ? '/server' : ''}`;
    }
    default:
      return `/app/${route.screen}`;
  }
}

/** Goes to a screen. `at` (seconds) is kept in the tab's history, not in the address. */
export function go(route: Route): void {
  const at = route.screen === 'transcript' ? route.at : undefined;
  window.history.pushState(at === undefined ? null : { at }, '', pathTo(route));
  listeners.forEach((listener) => listener());
}

function current(): Route {
  const route = parseRoute(window.location.pathname);
  const { at } = (window.history.state ?? {}) as { at?: unknown };
  return route.screen === 'transcript' && typeof at === 'number' ? { ...route, at } : route;
}

/** The screen there is now. */
export function useRoute(): Route {
  const [route, setRoute] = useState(current);
  useEffect(() => {
    const follow = () => {
      setRoute(current());
      window.scrollTo(0, 0);
    };
    listeners.add(follow);
    window.addEventListener('popstate', follow);
    return () => {
      listeners.delete(follow);
      window.removeEventListener('popstate', follow);
    };
  }, []);
  return route;
}
