/**
 * How far a text compresses: real speech stays below 2.4, a text that goes round in circles lies above. The measure is zlib's,
 * as in Whisper's reference implementation, through the Compression Streams that Node and browsers have.
 */

/** Bytes of UTF-8 per byte compressed; 0 for an empty text. */
export async function compressionRatio(text: string): Promise<number> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length === 0) return 0;
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return bytes.length / (await new Response(compressed).arrayBuffer()).byteLength;
}
