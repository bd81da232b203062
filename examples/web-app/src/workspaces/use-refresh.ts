/** Has something read at once, now and then while somebody looks at it, and when they come back to the tab. */
import { useEffect } from 'react';

const PAUSE_MS = 8_000;

/** `load` must stay the same from one drawing to the next. */
export function useRefresh(load: () => unknown): void {
  useEffect(() => {
    const look = () => void (document.visibilityState === 'hidden' || load());
    look();
    const timer = setInterval(look, PAUSE_MS);
    window.addEventListener('focus', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', look);
    };
  }, [load]);
}
