/** Makes WAV files for tests, right ones and wrong ones. */

export interface WavOptions {
  id?: 'RIFF' | 'RF64';
  tag?: number;
  subformat?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  /** What the data chunk says of its size. */
  dataSize?: number;
  dataSize64?: number;
  /** Another chunk before the samples: name and size. */
  before?: [name: string, size: number];
}

/** A WAV file around these bytes of samples. */
export function wavFile(data: Uint8Array, options: WavOptions): Uint8Array {
  const { id = 'RIFF', tag = 1, channels = 1, rate = 16_000, bits = 16 } = options;
  const extensible = options.subformat !== undefined;
  const fmt = Buffer.alloc(extensible ? 40 : 16);
  fmt.writeUInt16LE(tag, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt32LE((rate * channels * bits) / 8, 8);
  fmt.writeUInt16LE((channels * bits) / 8, 12);
  fmt.writeUInt16LE(bits, 14);
  if (extensible) fmt.writeUInt16LE(options.subformat ?? 0, 24);
  const chunk = (name: string, body: Uint8Array, size = body.length) => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32LE(size, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  const chunks: Buffer[] = [];
  if (options.dataSize64 !== undefined) {
    const ds64 = Buffer.alloc(28);
    ds64.writeBigUInt64LE(BigInt(options.dataSize64), 8);
    chunks.push(chunk('ds64', ds64));
  }
  chunks.push(chunk('fmt ', fmt));
  if (options.before) chunks.push(chunk(options.before[0], new Uint8Array(options.before[1])));
  chunks.push(chunk('data', data, options.dataSize));
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  return new Uint8Array(chunk(id, body));
}
