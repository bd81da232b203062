/**
 * Protocol Buffers on the wire: tagged fields of varints, fixed numbers and lengths of bytes
 * (https://protobuf.dev/programming-guides/encoding/). Bytes are handed out as views and copied once, when a message is
 * put together. No groups, no schema: which field is what is for those who call.
 */
import { AsrError } from '../errors.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** One field of a message. */
export interface Field {
  readonly number: number;
  /** The wire type. */
  readonly type: number;
  /** Its value: a varint as a bigint of 64 bits, everything else as a view of its bytes. */
  readonly value: bigint | Uint8Array;
}

/**
 * The fields of a message, in order.
 *
 * @throws {AsrError} `invalid_model` when the bytes are no message.
 */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  const reader = new WireReader(bytes);
  while (!reader.atEnd) yield reader.field();
}

/** The packed varints of a repeated field. @throws {AsrError} `invalid_model`. */
export function* readVarints(bytes: Uint8Array): Generator<bigint> {
  const reader = new WireReader(bytes);
  while (!reader.atEnd) yield reader.varint();
}

class WireReader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  field(): Field {
    const tag = Number(this.varint());
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0 || number >= 2 ** 29) throw notAMessage();
    return { number, type, value: this.value(type) };
  }

  private value(type: number): bigint | Uint8Array {
    if (type === VARINT) return this.varint();
    if (type === FIXED64) return this.take(8);
    if (type === FIXED32) return this.take(4);
    if (type === BYTES) return this.take(Number(this.varint()));
    throw notAMessage();
  }

  varint(): bigint {
    // Nearly all are small: bigints only where numbers no longer do.
    let small = 0;
    for (let i = 0, scale = 1; i < 7; i++, scale *= 128) {
      const byte = this.byte();
      small += (byte & 127) * scale;
      if (byte < 128) return BigInt(small);
    }
    let large = BigInt(small);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      large |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, large);
    }
    throw notAMessage();
  }

  private byte(): number {
    if (this.atEnd) throw notAMessage();
    return this.bytes[this.#at++];
  }

  private take(length: number): Uint8Array {
    if (length > this.bytes.length - this.#at) throw notAMessage();
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}

/** What the bytes of anything but a whole ONNX file deserve. */
export const notAMessage = () => new AsrError('invalid_model', 'The model file is damaged or no ONNX file');

/** Puts a message together. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** An integer of 64 bits or less, signed or not. */
  integer(field: number, value: number | bigint): this {
    return this.#varint(field * 8 + VARINT).#varint(value);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#varint(field * 8 + FIXED32).#append(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Kept as a view until {@link WireWriter.finish}. */
  bytes(field: number, value: Uint8Array): this {
    return this.#varint(field * 8 + BYTES)
      .#varint(value.length)
      .#append(value);
  }

  message(field: number, value: WireWriter): this {
    this.#varint(field * 8 + BYTES).#varint(value.#length);
    for (const part of value.#parts) this.#append(part);
    return this;
  }

  /** A field as it was read. */
  field({ number, type, value }: Field): this {
    if (typeof value === 'bigint') return this.integer(number, value);
    if (type === BYTES) return this.bytes(number, value);
    return this.#varint(number * 8 + type).#append(value);
  }

  finish(): Uint8Array {
    const message = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      message.set(part, at);
      at += part.length;
    }
    return message;
  }

  #varint(value: number | bigint): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
    return this.#append(Uint8Array.from(bytes));
  }

  #append(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}
