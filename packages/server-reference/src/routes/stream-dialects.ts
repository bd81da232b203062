/**
 * How a stream's messages read: the two dialects of `WS /v1/stream`, as packages/protocol/src/stream.ts has their shapes. Which
 * one a client speaks is told by its first frame: a config frame asks for the whole text each time, audio for what is new.
 */
import type { LiveEvent } from '@sealscribe/asr';
import type { SessionText, StreamMessage, Transcript } from '@sealscribe/protocol';

/** Turns what happens in a stream into messages. */
export interface Dialect {
  /** The message for an event. */
  tell(event: LiveEvent): SessionText | StreamMessage;
  /** The last message. */
  end(transcript: Transcript): SessionText | StreamMessage;
}

/** Each message holds the whole session's text. */
export function wholeText(): Dialect {
  let said = '';
  const join = (...parts: string[]) => parts.filter((part) => part !== '').join(' ');
  return {
    tell: (event) => {
      if (event.kind === 'segment') {
        said = join(said, event.segment.text);
        return { text: join(said, event.stable), partial: '', is_final: false };
      }
      const { text, stable } = event;
      return { text: join(said, stable), partial: text.slice(stable.length).trim(), is_final: false };
    },
    end: ({ text }) => ({ text, partial: '', is_final: true }),
  };
}

/** Each message holds what is new. */
export function whatIsNew(): Dialect {
  return {
    tell: (event) => {
      if (event.kind === 'segment') return { ...event.segment, type: 'transcript', final: false };
      const { text, stable, start, end } = event;
      return { type: 'partial', text, stable, start, end, final: false };
    },
    end: ({ text, duration, language, model }) => ({
      type: 'final',
      text,
      duration,
      language,
      model,
      final: true,
    }),
  };
}
