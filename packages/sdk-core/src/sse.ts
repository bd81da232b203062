/**
 * Server-sent events as the server writes them (https://html.spec.whatwg.org/multipage/server-sent-events.html): `event`, `data`
 * and comment lines. `id`, `retry` and reconnecting are left out: a transcription that breaks off is sent anew.
 */

/** One event. */
export interface ServerEvent {
  name: string;
  data: string;
}

/** Longest line that is read, in characters: a result is one line. */
const MAX_LINE = 64 * 2 ** 20;

/**
 * The events of an answer, as they come; an unfinished one at the end is dropped, as the specification asks.
 * @throws RangeError when a line is too long to be meant
 */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let name = '';
  let data: string[] = [];
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    const held = rest.endsWith('\r');
    // Joined only when a line ends, so that a long line in many chunks is not copied again and again.
    rest += text;
    if (!held && !/[\r\n]/.test(text)) {
      if (rest.length > MAX_LINE) throw new RangeError('a line of the event stream is too long');
      continue;
    }
    // A CR at the very end may be half of a CRLF: it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { name: name || 'message', data: data.join('\n') };
        name = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') name = value;
      else if (field === 'data') data.push(value);
    }
  }
  // A CR that nothing followed ends a line as well; an empty line ends an event.
  if ((rest + decoder.decode()).startsWith('\r') && data.length > 0)
    yield { name: name || 'message', data: data.join('\n') };
}
