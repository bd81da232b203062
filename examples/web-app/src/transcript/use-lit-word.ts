/** Lights the word that is spoken. It touches one element a frame and leaves the page's other thousands alone. */
import { useEffect, type RefObject } from 'react';
import type { Segment } from '@sealscribe/sdk-browser';
import { spokenAt } from './spoken-words.js';

const LIT = 'lit';

/** Follows the audio as long as the component is there. */
export function useLitWord(
  audio: RefObject<HTMLAudioElement | null>,
  text: RefObject<HTMLElement | null>,
  segments: readonly Segment[],
): void {
  useEffect(() => {
    let frame = 0;
    let shown = '';
    const follow = () => {
      frame = requestAnimationFrame(follow);
      const player = audio.current;
      if (!player || (player.paused && player.currentTime === 0)) return;
      const spoken = spokenAt(segments, player.currentTime);
      const next = spoken ? `${spoken.segment}-${spoken.word ?? ''}` : '';
      if (next === shown) return;
      shown = next;
      for (const old of text.current?.querySelectorAll(`.${LIT}`) ?? []) old.classList.remove(LIT);
      if (!spoken) return;
      const segment = text.current?.querySelector(`[data-segment="${spoken.segment}"]`);
      const word = segment?.querySelector(`[data-word="${spoken.word}"]`);
      word?.classList.add(LIT);
      if (segment && !segment.classList.contains('now')) {
        for (const old of text.current?.querySelectorAll('.now') ?? []) old.classList.remove('now');
        segment.classList.add('now');
        if (!player.paused) bringIntoView(segment);
      }
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [audio, text, segments]);
}

/** Scrolls only when the segment is not to be seen, and never against somebody who wants less motion. */
function bringIntoView(element: Element): void {
  const { top, bottom } = element.getBoundingClientRect();
  if (top >= 80 && bottom <= window.innerHeight - 120) return;
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: 'center', behavior: isCalm ? 'auto' : 'smooth' });
}
