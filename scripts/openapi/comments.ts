/**
 * The doc comments of the protocol's schemas, as descriptions: a field is explained once, where it is defined. Walks the source beside the
 * JSON Schema that was made of it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** As much of a JSON Schema as is walked here. */
export interface JsonSchema {
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  [key: string]: unknown;
}

interface Definition {
  readonly comment: string | undefined;
  readonly value: ts.Expression;
  readonly file: SourceFile;
}
type SourceFile = ReadonlyMap<string, Definition>;

/** Writes the comments of one schema into its JSON Schema. */
export type Describe = (name: string, schema: JsonSchema) => void;

/** @param folder of TypeScript files in which schemas are constants named `…Schema` */
export function describeFrom(folder: string): Describe {
  const definitions = new Map<string, Definition>();
  for (const name of readdirSync(folder))
    for (const [constant, definition] of readDefinitions(join(folder, name)))
      if (constant.endsWith('Schema')) definitions.set(constant, definition);
  return (name, schema) => {
    const definition = definitions.get(name);
    if (definition === undefined) throw new Error(`${name} stands in no file of ${folder}`);
    if (definition.comment !== undefined) schema.description = definition.comment;
    walk(definition.value, schema, definition.file);
  };
}

function readDefinitions(path: string): SourceFile {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const file = new Map<string, Definition>();
  const ofTypes = new Map<string, string>();
  source.forEachChild((node) => {
    const comment = commentOf(node);
    if (ts.isTypeAliasDeclaration(node) && comment !== undefined) {
      const [, schema] = /typeof (\w+)/.exec(node.type.getText()) ?? [];
      if (schema !== undefined) ofTypes.set(schema, comment);
    }
    if (!ts.isVariableStatement(node)) return;
    for (const { name, initializer } of node.declarationList.declarations)
      if (initializer) file.set(name.getText(), { comment, value: initializer, file });
  });
  for (const [name, definition] of file)
    file.set(name, { ...definition, comment: definition.comment ?? ofTypes.get(name) });
  return file;
}

function commentOf(node: ts.Node): string | undefined {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1);
  const text = comment && ts.getTextOfJSDocComment(comment.comment);
  return text?.replace(/\{@link (\w+)\}/g, '$1').replace(/\s+/g, ' ');
}

function walk(value: ts.Expression, schema: JsonSchema, file: SourceFile): void {
  if (ts.isIdentifier(value)) {
    const local = file.get(value.text);
    if (local) walk(local.value, schema, local.file);
  } else if (ts.isObjectLiteralExpression(value)) {
    for (const property of value.properties) describeField(property, schema, file);
  } else if (ts.isArrayLiteralExpression(value)) {
    value.elements.forEach((each, i) => schema.oneOf?.[i] && walk(each, schema.oneOf[i], file));
  } else if (ts.isCallExpression(value) && ts.isPropertyAccessExpression(value.expression)) {
    const { expression: on, name } = value.expression;
    const last = value.arguments.at(-1);
    if (name.text === 'check') walk(on, schema, file);
    else if (last) walk(last, within(name.text, schema), file);
  }
}

/** What `z.NAME(…)` wraps stands there in the JSON Schema. */
function within(name: string, schema: JsonSchema): JsonSchema {
  if (name === 'nullable') return schema.anyOf?.[0] ?? schema;
  if (name === 'array') return schema.items ?? schema;
  return name === 'record' && typeof schema.additionalProperties === 'object'
    ? schema.additionalProperties
    : schema;
}

function describeField(property: ts.ObjectLiteralElementLike, schema: JsonSchema, file: SourceFile): void {
  const field = schema.properties?.[property.name?.getText() ?? ''];
  if (field === undefined) return;
  const value = ts.isPropertyAssignment(property) ? property.initializer : property.name;
  if (value === undefined || !ts.isExpression(value)) return;
  const isShown = field['$ref'] === undefined && ts.isIdentifier(value);
  const named = isShown ? file.get(value.text)?.comment : undefined;
  const comment = commentOf(property) ?? named;
  if (comment !== undefined) field.description = comment;
  walk(value, field, file);
}
