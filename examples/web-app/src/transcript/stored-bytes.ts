/**
 * What the server holds of a transcript, asked for as anybody with this session could: plain requests, and nothing opened. It stays
 * clear of the SDK on purpose, so that what is shown is what lies there.
 */

/** One stored sequence of bytes. */
export interface StoredPart {
  name: 'key' | 'card' | 'transcript' | 'words';
  bytes: Uint8Array;
}

/** Everything that the server has of one transcript. */
export interface StoredTranscript {
  /** Every field in the clear, as the server names it. */
  fields: Record<string, string>;
  parts: StoredPart[];
}

/** Fetches it. @throws Error when the server refuses */
export async function fetchStored(
  { id, workspace, token }: { id: string; workspace: string | undefined; token: string },
  signal: AbortSignal,
): Promise<StoredTranscript> {
  const space = workspace === undefined ? '' : `/workspaces/${workspace}`;
  const get = async (path: string) => {
    const answer = await fetch(`/v1${space}/transcripts/${id}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      cache: 'no-store',
      credentials: 'omit',
      signal,
    });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return answer;
  };
  const [info, transcript, words] = await Promise.all([
    get('').then((answer) => answer.json() as Promise<Record<string, unknown>>),
    get('/transcript').then((answer) => answer.arrayBuffer()),
    get('/words').then((answer) => answer.arrayBuffer()),
  ]);
  const { key, card, ...rest } = info;
  return {
    fields: Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    parts: [
      { name: 'key', bytes: fromBase64url(String(key)) },
      { name: 'card', bytes: fromBase64url(String(card)) },
      { name: 'transcript', bytes: new Uint8Array(transcript) },
      { name: 'words', bytes: new Uint8Array(words) },
    ],
  };
}

const fromBase64url = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );

/** Bits of information in each byte, 0 to 8: text has about 4.5, random bytes nearly 8. */
export function entropyOf(bytes: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / bytes.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

/** Bytes as rows of 16, in hexadecimal. */
export function toHex(bytes: Uint8Array, rows: number): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, rows * 16); at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    lines.push(row.join(' '));
  }
  return lines.join('\n');
}
