/** From objects (model.ts) to the bytes of an ONNX file. Field numbers are those of onnx.proto. */
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './model.js';
import { WireWriter, type Field } from './wire.js';

/** Writes an ONNX file. */
export function serializeModel({ irVersion, opsets, graph, other }: OnnxModel): Uint8Array {
  const writer = new WireWriter().integer(1, irVersion).message(7, graphMessage(graph));
  for (const [domain, version] of opsets)
    writer.message(8, new WireWriter().string(1, domain).integer(2, version));
  return withOther(writer, other).finish();
}

function graphMessage({ name, nodes, initializers, inputs, outputs, other }: OnnxGraph): WireWriter {
  const writer = new WireWriter();
  for (const node of nodes) writer.message(1, nodeMessage(node));
  writer.string(2, name);
  for (const tensor of initializers) writer.message(5, tensorMessage(tensor));
  for (const input of inputs) writeValue(writer, 11, input);
  for (const output of outputs) writeValue(writer, 12, output);
  return withOther(writer, other);
}

function nodeMessage({ inputs, outputs, name, operator, attributes, domain, other }: OnnxNode): WireWriter {
  const writer = new WireWriter();
  for (const input of inputs) writer.string(1, input);
  for (const output of outputs) writer.string(2, output);
  writer.string(3, name).string(4, operator);
  for (const [attribute, value] of attributes) writer.message(5, attributeMessage(attribute, value));
  if (domain !== '') writer.string(7, domain);
  return withOther(writer, other);
}

function attributeMessage(name: string, attribute: OnnxAttribute): WireWriter {
  if (attribute.kind === 'other') return withOther(new WireWriter(), attribute.value);
  const writer = new WireWriter().string(1, name);
  switch (attribute.kind) {
    case 'float':
      return writer.float(2, attribute.value).integer(20, 1);
    case 'int':
      return writer.integer(3, attribute.value).integer(20, 2);
    case 'string':
      return writer.string(4, attribute.value).integer(20, 3);
    case 'tensor':
      return writer.message(5, tensorMessage(attribute.value)).integer(20, 4);
    case 'graph':
      return writer.message(6, graphMessage(attribute.value)).integer(20, 5);
    case 'ints':
      for (const value of attribute.value) writer.integer(8, value);
      return writer.integer(20, 7);
  }
}

function tensorMessage({ dims, type, name, data }: OnnxTensor): WireWriter {
  const writer = new WireWriter();
  for (const dim of dims) writer.integer(1, dim);
  return writer.integer(2, type).string(8, name).bytes(9, data);
}

function writeValue(writer: WireWriter, field: number, value: OnnxValue): void {
  if (value.source) writer.bytes(field, value.source);
  else writer.message(field, valueMessage(value));
}

function valueMessage({ name, type, dims }: OnnxValue): WireWriter {
  const tensor = new WireWriter().integer(1, type ?? 0);
  if (dims) {
    const shape = new WireWriter();
    for (const dim of dims)
      shape.message(
        1,
        typeof dim === 'number' ? new WireWriter().integer(1, dim) : new WireWriter().string(2, dim),
      );
    tensor.message(2, shape);
  }
  return new WireWriter().string(1, name).message(2, new WireWriter().message(1, tensor));
}

function withOther(writer: WireWriter, other: readonly Field[] = []): WireWriter {
  for (const field of other) writer.field(field);
  return writer;
}
