/**
 * Everything of an account in one file, for its owner to take away: a tar of sealed bytes, sent as it is read from the store.
 */
import { Readable } from 'node:stream';
import { ARCHIVE_TYPE, routes } from '@sealscribe/protocol';
import { listArchive } from '../store/export.js';
import { tar, tarSize } from '../tar.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** The archive. */
export function registerExport(context: VaultContext): void {
  const { store, clock } = context;

  vaultRoute(context, routes.exportAccount, async (request, reply) => {
    const files = await listArchive(store, request.accountId, new Date(clock()));
    return reply
      .type(ARCHIVE_TYPE)
      .header('content-disposition', 'attachment; filename="sealscribe-archive.tar"')
      .header('content-length', tarSize(files))
      .send(Readable.from(tar(files), { highWaterMark: 1 }));
  });
}
