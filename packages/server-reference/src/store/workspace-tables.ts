/**
 * The transcripts of workspaces, through the code that keeps those of accounts: a view of the store in which every query on an
 * account's tables goes to the tables of workspaces, which have the same columns. What is called an account there is a workspace.
 */
import {
  DeleteQueryNode,
  InsertQueryNode,
  OperationNodeTransformer,
  SelectQueryNode,
  TableNode,
  UpdateQueryNode,
  type IdentifierNode,
  type KyselyPlugin,
  type OperationNode,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type UnknownRow,
} from 'kysely';
import type { Connection, Store } from './index.js';

const names = new Map([
  ['accounts', 'workspaces'],
  ['transcripts', 'workspace_transcripts'],
  ['earlier_cards', 'workspace_earlier_cards'],
  ['earlier_parts', 'workspace_earlier_parts'],
  ['recordings', 'workspace_recordings'],
  ['recording_pieces', 'workspace_recording_pieces'],
  ['vault_indexes', 'workspace_indexes'],
  ['account_id', 'workspace_id'],
]);

class Renaming extends OperationNodeTransformer {
  protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
    return { ...node, name: names.get(node.name) ?? node.name };
  }
}

const renaming = new Renaming();
const plugin: KyselyPlugin = {
  // A table that workspaces have none of (links) is asked as it is, and has no rows of a workspace.
  transformQuery: ({ node }: PluginTransformQueryArgs): RootOperationNode =>
    names.has(tableOf(node) ?? '') ? renaming.transformNode(node) : node,
  transformResult: async ({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> => result,
};

function tableOf(node: RootOperationNode): string | undefined {
  const table: OperationNode | undefined = InsertQueryNode.is(node)
    ? node.into
    : UpdateQueryNode.is(node)
      ? node.table
      : SelectQueryNode.is(node) || DeleteQueryNode.is(node)
        ? node.from?.froms[0]
        : undefined;
  return table && TableNode.is(table) ? table.table.identifier.name : undefined;
}

/** The store as the code of transcripts is to see it for a workspace. */
export const workspaceStore = (store: Store): Store => ({
  ...store,
  db: workspaceTables(store.db),
  transact: (change, isolation) => store.transact((db) => change(workspaceTables(db)), isolation),
});

/** The same for a transaction. */
export const workspaceTables = (db: Connection): Connection => db.withPlugin(plugin);
