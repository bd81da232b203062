/** The link that opened the page. Its key stands behind the `#`: it is taken out of the address bar and the tab's history at once. */

/** The whole link when the page was opened by one, else undefined. */
export function takeShareLink(): string | undefined {
  const { href, pathname, hash } = window.location;
  if (!/^\/s\/[^/]+$/.test(pathname)) return undefined;
  if (hash !== '') window.history.replaceState(null, '', pathname);
  return href;
}
