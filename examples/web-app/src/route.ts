/**
 * Where in the app somebody is: a path under /app, which the back button walks. Paths name screens and the ids that the server has
 * anyway; never a title, a key or a word of text.
 */
import { useEffect, useState } from 'react';

/** A screen of the app. */
export type Route =
  | { screen: 'library' }
  | { screen: 'record' }
  | { screen: 'account' }
  | { screen: 'transcript'; id: string; at?: number }
  | { screen: 'server'; id: string };

const listeners = new Set<() => void>();

/** The screen that a path stands for; the library for every other path. */
export function parseRoute(path: string): Route {
  const [, screen, id, view] = /^\/app\/([a-z]+)(?:\/([A-Za-z0-9_-]{22}))?(?:\/(server))?$/.exec(path) ?? [];
  if (screen === 'record' || screen === 'account') return { screen };
  if (screen !== 'transcripts' || id === undefined) return { screen: 'library' };
  return view === undefined ? { screen: 'transcript', id } : { screen: 'server', id };
}

/** The path of a screen. */
export function pathTo(route: Route): string {
  if (route.screen === 'library') return '/app';
  if (route.screen === 'transcript') return `/app/transcripts/${route.id}`;
  if (route.screen === 'server') return `/app/transcripts/${route.id}/server`;
  return `/app/${route.screen}`;
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
