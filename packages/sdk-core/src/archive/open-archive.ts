/**
 * Opens an archive without a server (docs/formats.md, archive-v1): derives the key from the password or the recovery words,
 * and reads with the same vault that reads from servers, index, cards, parts and earlier revisions checked alike. That an
 * archive is an old state is its nature: it is compared with nothing that this device remembers.
 */
import {
  CryptoError,
  decodeBase64url,
  decodeText,
  deriveRoot,
  normalizeEmail,
  openAccountKey,
  recoverAccountKey,
} from '@sealscribe/crypto';
import { ARCHIVE_MANIFEST, archiveManifestSchema, type ArchiveManifest } from '@sealscribe/protocol';
import type { Credentials } from '../account.js';
import { SealscribeError, WrongPasswordError } from '../errors.js';
import { MemoryFreshness } from '../freshness.js';
import { Http } from '../http.js';
import { explain } from '../integrity.js';
import { PrivateMode } from '../private-mode.js';
import { onDemand } from '../on-demand.js';
import { Vault } from '../vault.js';
import type { WorkspaceEntry } from '../workspaces/workspace-types.js';
import { ArchiveServer } from './archive-platform.js';
import { TarFiles, malformed, type ArchiveSource } from './read-tar.js';

/** What reads of a set of transcripts; what writes has no place in an archive. */
export type ArchivedTranscripts = Pick<
  Vault,
  'list' | 'open' | 'search' | 'history' | 'openRevision' | 'recording' | 'fingerprint'
>;

/** What reads of a vault. */
export interface ArchivedVault extends ArchivedTranscripts, Pick<Vault, 'accountId' | 'lock'> {
  /** The workspaces whose key the account had accepted. */
  readonly workspaces: {
    list(): Promise<WorkspaceEntry[]>;
    open(id: string): Promise<ArchivedTranscripts>;
  };
}

/** What reads of private mode. */
export type ArchivedPrivateMode = Pick<PrivateMode, 'list' | 'open'>;

/** An opened archive. */
export interface Archive {
  /** When the server says that it made it. */
  readonly createdAt: string;
  readonly vault: ArchivedVault;
  /** The blobs of private mode; undefined when the archive was opened with recovery words, which do not open them. */
  privateMode(): Promise<ArchivedPrivateMode | undefined>;
}

/** Email and password as the person typed them, or the 24 words instead of both. */
export type ArchiveKey = Credentials | { recoveryWords: string };

/** Milliseconds; nothing that is waited for lies outside this computer. */
const HOUR = 3_600_000;
/** Largest manifest that is read, in bytes. */
const MAX_MANIFEST = 1024 * 1024;

/** Opens an archive. @throws WrongPasswordError, SealscribeError, IntegrityError */
export async function openArchive(
  source: ArchiveSource,
  key: ArchiveKey,
  options: { minIterations?: number },
): Promise<Archive> {
  const files = await TarFiles.read(source);
  const manifest = await readManifest(files);
  const { accountId } = manifest.account;
  const accountKey = await openKey(manifest, key, options);
  const server = new ArchiveServer(files, manifest);
  const http = new Http('https://archive.invalid', server.platform(), { timeout: HOUR, retries: 0 });
  // Nothing looks at it: the routes ask for one.
  http.apiKey = 'archive';
  return {
    createdAt: manifest.createdAt,
    vault: new Vault(http, new MemoryFreshness(), { accountId, accountKey }),
    privateMode: async () => ('password' in key ? PrivateMode.derive(http, key) : undefined),
  };
}

async function readManifest(files: TarFiles): Promise<ArchiveManifest> {
  if ((files.size(ARCHIVE_MANIFEST) ?? Infinity) > MAX_MANIFEST) throw malformed();
  const bytes = await files.read(ARCHIVE_MANIFEST);
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes ?? new Uint8Array()));
  } catch {
    // said below
  }
  const checked = archiveManifestSchema.safeParse(value);
  if (!checked.success) throw malformed();
  return checked.data;
}

async function openKey(
  { account }: ArchiveManifest,
  key: ArchiveKey,
  options: { minIterations?: number },
): Promise<CryptoKey> {
  const { accountId, iterations, keyVersion, wraps } = account;
  try {
    if ('recoveryWords' in key) {
      const recoveryKey = await (
        await onDemand(import('../recovery-words.js'))
      ).recoveryKeyOf(key.recoveryWords);
      if (wraps.recovery === undefined) throw wrongWords();
      return await recoverAccountKey(recoveryKey, accountId, decodeBase64url(wraps.recovery));
    }
    const salt = decodeBase64url(account.salt);
    const email = normalizeEmail(key.email);
    const root = await deriveRoot({ email, password: key.password, salt, iterations }, options);
    const context = { accountId, keyVersion, iterations, salt };
    return await openAccountKey(root, context, decodeBase64url(wraps.password));
  } catch (failure) {
    // A wrap that does not open is a wrong secret or an altered archive: which of them cannot be told.
    if (failure instanceof CryptoError && failure.code === 'authentication_failed')
      throw 'recoveryWords' in key ? wrongWords() : new WrongPasswordError();
    throw explain(failure);
  }
}

const wrongWords = () =>
  new SealscribeError(
    'wrong_recovery_words',
    'The recovery words do not open this archive, or its account has no recovery key.',
  );
