/** From the bytes of an ONNX file to objects (model.ts). Field numbers are those of onnx.proto. */
import { AsrError } from '../errors.js';
import {
  ElementType,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './model.js';
import { notAMessage, readFields, readVarints, type Field } from './wire.js';

/** Graphs inside of graphs: real models have four or five. */
const DEEPEST = 32;
/** The `data_location` of weights in a file of their own. */
const EXTERNAL = 1n;

/**
 * Reads an ONNX file. Tensors are views of `bytes`.
 *
 * @throws {AsrError} `invalid_model` when it is damaged, no ONNX file, or has its weights in other files.
 */
export function parseModel(bytes: Uint8Array): OnnxModel {
  let irVersion = 0;
  const opsets = new Map<string, number>();
  let graph: OnnxGraph | undefined;
  const other: Field[] = [];
  // Node's Buffer is a Uint8Array whose slices are views: nothing here may meet one.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const field of readFields(file)) {
    if (field.number === 1) irVersion = integer(field);
    else if (field.number === 7) graph = parseGraph(message(field), 0);
    else if (field.number === 8) opsets.set(...parseOpset(message(field)));
    else other.push(field);
  }
  if (graph === undefined) throw notAMessage();
  return { irVersion, opsets, graph, other };
}

function parseOpset(bytes: Uint8Array): [domain: string, version: number] {
  let domain = '';
  let version = 0;
  for (const field of readFields(bytes)) {
    if (field.number === 1) domain = text(field);
    else if (field.number === 2) version = integer(field);
  }
  return [domain, version];
}

function parseGraph(bytes: Uint8Array, depth: number): OnnxGraph {
  if (depth > DEEPEST) throw notAMessage();
  const nodes: OnnxNode[] = [];
  let name = '';
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const other: Field[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) nodes.push(parseNode(message(field), depth));
    else if (field.number === 2) name = text(field);
    else if (field.number === 5) initializers.push(parseTensor(message(field)));
    else if (field.number === 11) inputs.push(parseValue(message(field)));
    else if (field.number === 12) outputs.push(parseValue(message(field)));
    else other.push(field);
  }
  return { name, nodes, initializers, inputs, outputs, other };
}

function parseNode(bytes: Uint8Array, depth: number): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let [name, operator, domain] = ['', '', ''];
  const attributes = new Map<string, OnnxAttribute>();
  const other: Field[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) inputs.push(text(field));
    else if (field.number === 2) outputs.push(text(field));
    else if (field.number === 3) name = text(field);
    else if (field.number === 4) operator = text(field);
    else if (field.number === 5) attributes.set(...parseAttribute(message(field), depth));
    else if (field.number === 7) domain = text(field);
    else other.push(field);
  }
  return { operator, domain, name, inputs, outputs, attributes, other };
}

function parseAttribute(bytes: Uint8Array, depth: number): [name: string, attribute: OnnxAttribute] {
  const fields = [...readFields(bytes)];
  const find = (number: number) => fields.find((field) => field.number === number);
  const nameField = find(1);
  const name = nameField ? text(nameField) : '';
  const type = find(20);
  // A value equal to its default (0, an empty list) is not written down.
  switch (type === undefined ? 0 : integer(type)) {
    case 1: {
      const value = find(2);
      return [name, { kind: 'float', value: value ? float(value) : 0 }];
    }
    case 2: {
      const value = find(3);
      return [name, { kind: 'int', value: value ? integer(value) : 0 }];
    }
    case 3: {
      const value = find(4);
      return [name, { kind: 'string', value: value ? text(value) : '' }];
    }
    case 4:
      return [name, { kind: 'tensor', value: parseTensor(required(find(5))) }];
    case 5:
      return [name, { kind: 'graph', value: parseGraph(required(find(6)), depth + 1) }];
    case 7:
      return [name, { kind: 'ints', value: integers(fields.filter(({ number }) => number === 8)) }];
    default:
      return [name, { kind: 'other', value: fields }];
  }
}

function parseTensor(bytes: Uint8Array): OnnxTensor {
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  const dims: Field[] = [];
  const listed: Field[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) dims.push(field);
    else if (field.number === 2) type = integer(field);
    else if (field.number === 8) name = text(field);
    else if (field.number === 9) raw = message(field);
    else if (field.number === 14 && field.value === EXTERNAL)
      throw new AsrError('invalid_model', 'The model file has its weights in another file');
    else if (field.number !== 12 && field.number !== 14) listed.push(field);
  }
  return { name, type, dims: integers(dims), data: raw ?? listedData(type, listed) };
}

/** Values that are not written as one block of memory but as a list of numbers. */
function listedData(type: number, fields: readonly Field[]): Uint8Array {
  if (type === ElementType.float32) {
    const parts = fields.filter(({ number }) => number === 4).map(message);
    const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part, at);
      at += part.length;
    }
    return data;
  }
  if (type === ElementType.int64)
    return bytesOf(BigInt64Array.from(integers(fields.filter(({ number }) => number === 7)), BigInt));
  const values = integers(fields.filter(({ number }) => number === 5));
  if (type === ElementType.int32) return bytesOf(Int32Array.from(values));
  if (type === ElementType.float16) return bytesOf(Uint16Array.from(values));
  // uint8, int8 and bool: the same low byte.
  if (type === ElementType.uint8 || type === ElementType.int8 || type === ElementType.bool)
    return Uint8Array.from(values);
  if (fields.length === 0) return new Uint8Array(0);
  throw new AsrError('invalid_model', 'The model file has tensors of a type that is not supported');
}

const bytesOf = ({ buffer }: { buffer: ArrayBuffer }) => new Uint8Array(buffer);

function parseValue(source: Uint8Array): OnnxValue {
  let name = '';
  let type: number | undefined;
  let dims: (number | string)[] | undefined;
  for (const field of readFields(source)) {
    if (field.number === 1) name = text(field);
    if (field.number !== 2) continue;
    for (const kind of readFields(message(field))) {
      if (kind.number !== 1) continue;
      for (const part of readFields(message(kind))) {
        if (part.number === 1) type = integer(part);
        else if (part.number === 2) dims = [...readFields(message(part))].map(parseDimension);
      }
    }
  }
  return { name, type, dims, source };
}

function parseDimension(field: Field): number | string {
  for (const part of readFields(message(field))) {
    if (part.number === 1) return integer(part);
    if (part.number === 2) return text(part);
  }
  return '';
}

function message({ value }: Field): Uint8Array {
  if (typeof value === 'bigint') throw notAMessage();
  return value;
}

function required(field: Field | undefined): Uint8Array {
  if (field === undefined) throw notAMessage();
  return message(field);
}

const text = (field: Field): string => new TextDecoder().decode(message(field));

function float(field: Field): number {
  const bytes = message(field);
  if (bytes.length !== 4) throw notAMessage();
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
}

function integer({ value }: Field): number {
  if (typeof value !== 'bigint') throw notAMessage();
  return toNumber(value);
}

function toNumber(unsigned: bigint): number {
  const value = Number(BigInt.asIntN(64, unsigned));
  if (!Number.isSafeInteger(value))
    throw new AsrError('invalid_model', 'The model file holds a number beyond 2^53');
  return value;
}

/** A repeated field of integers, packed or not. */
function integers(fields: readonly Field[]): number[] {
  const numbers: number[] = [];
  for (const { value } of fields) {
    if (typeof value === 'bigint') numbers.push(toNumber(value));
    else for (const packed of readVarints(value)) numbers.push(toNumber(packed));
  }
  return numbers;
}
