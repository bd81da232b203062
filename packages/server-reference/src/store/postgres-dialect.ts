/**
 * kysely over PostgreSQL. The steps of migrations.ts are written for SQLite: here its types become PostgreSQL's (bytes are bytea, whole
 * numbers have 64 bits as there, text sorts by its bytes), and its word `strict` goes, which PostgreSQL always is. Whole numbers
 * come back as numbers, as long as they are exact.
 */
import {
  Kysely,
  OperationNodeTransformer,
  PostgresDialect,
  type CreateTableNode,
  type DataTypeNode,
  type KyselyPlugin,
} from 'kysely';
import type { Pool } from 'pg';
import type { Schema } from './schema.js';

/** Whole numbers of 64 bits, among PostgreSQL's types. */
const INT8 = 20;

/** How the connections of a pool read what PostgreSQL sends. */
export const readTypes = (typeOf: (oid: number) => (text: string) => unknown) => ({
  getTypeParser: (oid: number) => (oid === INT8 ? wholeNumber : typeOf(oid)),
});

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('The database holds a number that is too large.');
  return value;
}

const types: Record<string, string> = { blob: 'bytea', integer: 'bigint', text: 'text collate "C"' };

class Translation extends OperationNodeTransformer {
  protected override transformDataType(node: DataTypeNode): DataTypeNode {
    return { ...node, dataType: (types[String(node.dataType)] ?? node.dataType) as DataTypeNode['dataType'] };
  }

  protected override transformCreateTable(node: CreateTableNode): CreateTableNode {
    const { endModifiers: _strict, ...table } = super.transformCreateTable(node);
    return table;
  }
}

const translation = new Translation();
const plugin: KyselyPlugin = {
  transformQuery: ({ node }) =>
    node.kind === 'CreateTableNode' || node.kind === 'AlterTableNode'
      ? translation.transformNode(node)
      : node,
  transformResult: async ({ result }) => result,
};

/** The tables over the connections of a pool, which ends with them. */
export const overPostgres = (pool: Pool): Kysely<Schema> =>
  new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins: [plugin] });
