/** A link to a screen: a real one, which opens in another tab as any other does. */
import type { MouseEvent, ReactNode } from 'react';
import { go, pathTo, useRoute, type Route } from './route.js';

/** Goes to a screen without loading the page again. */
export function Link({
  to,
  isAround = false,
  className,
  children,
}: {
  to: Route;
  /** Whether the screen there is now belongs to this one. */
  isAround?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const route = useRoute();
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  const isHere = pathTo(route) === pathTo(to);
  return (
    <a
      href={pathTo(to)}
      className={className}
      onClick={follow}
      aria-current={isHere ? 'page' : isAround ? 'true' : undefined}
    >
      {children}
    </a>
  );
}
