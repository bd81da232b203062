/** Keys of the player, wherever the focus is but in a field or on a button: space plays, the arrows go five seconds. */
import { useEffect, type RefObject } from 'react';
import { togglePlaying } from './player.js';

const STEP = 5;

/** Listens as long as the component is there. */
export function usePlayerKeys(audio: RefObject<HTMLAudioElement | null>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const player = audio.current;
      const isTaken =
        event.target instanceof Element &&
        event.target.closest('input,textarea,select,button,summary,a,dialog');
      if (!player || isTaken || event.ctrlKey || event.metaKey || event.altKey) return;
      const isReversed = getComputedStyle(document.documentElement).direction === 'rtl' ? -1 : 1;
      const steps: Record<string, number> = { ArrowLeft: -STEP * isReversed, ArrowRight: STEP * isReversed };
      const step = steps[event.key];
      if (event.key === ' ') togglePlaying(player);
      else if (step !== undefined) player.currentTime = Math.max(0, player.currentTime + step);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [audio]);
}
