// What a reader must refuse, rule by rule: vectors/refused-v1.json, made by the Python implementation. Every refusal differs from
// inputs that open by the one thing that it names.
import { describe, expect, it } from 'vitest';
import {
  checkFreshness,
  checkListed,
  CryptoError,
  decodeBase64,
  decodeBase64url,
  decodeFragment,
  decodeText,
  decrypt,
  deriveKey,
  deriveRoot,
  deriveShare,
  identityFingerprint,
  importDeviceKey,
  importKey,
  importRecoveryKey,
  importWorkspaceKey,
  open,
  openAccountKey,
  openCard,
  openIdentity,
  openIndex,
  openKeptAccountKey,
  openLinkSecret,
  openMembership,
  openPart,
  openSearchEntry,
  openShare,
  openTranscriptKey,
  openWorkspaceCard,
  recoverAccountKey,
  rosterHash,
  type Mark,
  type PartName,
  type PartRef,
  type ShareMode,
  type VaultIndex,
} from '../src/index.js';
import { importHmacKey } from '../src/webcrypto.js';
import vectors from '../vectors/refused-v1.json';
import { fromHex } from './hex.js';

type Inputs = Record<string, unknown>;

/** The inputs of one case, each as what it is. */
class Given {
  constructor(private readonly inputs: Inputs) {}
  text = (name: string) => this.inputs[name] as string;
  number = (name: string) => this.inputs[name] as number;
  value = <T>(name: string) => this.inputs[name] as T;
  hex = (name: string) => fromHex(this.text(name));
  bytes = (name: string) => decodeBase64url(this.text(name));
  key = (name: string) => importHmacKey(this.hex(name));
  account = () => ({ accountId: this.text('accountId') });
  workspace = () => ({ workspaceId: this.text('workspaceId'), keyNumber: this.number('keyNumber') });
  transcript = () => ({ transcriptId: this.text('transcriptId') });

  /** The sealed bytes, or the pieces of them that a case keeps, in its order. */
  sealed(): Uint8Array {
    const bytes = this.bytes('sealed');
    const pieces = this.value<[number, number][] | undefined>('pieces');
    return pieces ? Uint8Array.from(pieces.flatMap(([from, to]) => [...bytes.subarray(from, to)])) : bytes;
  }
}

const operations: Record<string, (given: Given) => unknown> = {
  'baseline-derive': (given) => deriveKey(given.text('password'), given.text('email')),
  'baseline-decrypt': async (given) => decrypt(await importKey(given.hex('key_hex')), given.bytes('blob')),
  base64: (given) => decodeBase64(given.text('text')),
  base64url: (given) => decodeBase64url(given.text('text')),
  utf8: (given) => decodeText(given.hex('bytes_hex')),
  open: async (given) => open(await given.key('key_hex'), given.hex('context_hex'), given.sealed()),
  'account-key': async (given) => {
    const salt = given.hex('salt_hex');
    const iterations = given.number('iterations');
    const minIterations = given.value<number | null>('minIterations');
    const root = await deriveRoot(
      { email: given.text('email'), password: given.text('password'), salt, iterations },
      minIterations === null ? {} : { minIterations },
    );
    const context = { ...given.account(), keyVersion: given.number('keyVersion'), iterations, salt };
    return openAccountKey(root, context, given.bytes('wrap'));
  },
  recovery: async (given) =>
    recoverAccountKey(
      await importRecoveryKey(given.hex('recoveryKey_hex')),
      given.text('accountId'),
      given.bytes('wrap'),
    ),
  device: async (given) =>
    openKeptAccountKey(
      await importDeviceKey(given.hex('deviceKey_hex')),
      given.text('accountId'),
      given.bytes('wrap'),
    ),
  'transcript-key': async (given) =>
    openTranscriptKey(
      await given.key('accountKey_hex'),
      { ...given.account(), ...given.transcript() },
      given.bytes('wrap'),
    ),
  card: async (given) =>
    openCard(
      await given.key('transcriptKey_hex'),
      { ...given.transcript(), revision: given.number('revision') },
      given.sealed(),
    ),
  part: async (given) =>
    openPart(
      await given.key('transcriptKey_hex'),
      given.value<PartName>('name'),
      { ...given.transcript(), ref: given.value<PartRef>('ref') },
      given.sealed(),
    ),
  index: async (given) =>
    openIndex(
      await given.key('accountKey_hex'),
      { ...given.account(), indexRevision: given.number('indexRevision') },
      given.sealed(),
    ),
  'search-entry': async (given) =>
    openSearchEntry(
      await given.key('accountKey_hex'),
      { ...given.account(), ...given.transcript(), mark: given.value<Mark>('mark') },
      given.sealed(),
    ),
  freshness: (given) => checkFreshness(given.value<Mark>('remembered'), given.value<Mark>('seen')),
  listed: (given) =>
    checkListed(given.value<VaultIndex>('index'), given.text('transcriptId'), given.value<Mark>('seen')),
  fragment: (given) => decodeFragment(given.text('fragment')),
  share: async (given) => {
    const link = { mode: given.value<ShareMode>('mode'), linkSecret: given.hex('linkSecret_hex') };
    const { shareKey } = await deriveShare(
      given.text('shareId'),
      link,
      given.value<string | undefined>('password'),
    );
    return openShare(shareKey, given.text('shareId'), given.bytes('document'));
  },
  'link-secret': async (given) =>
    openLinkSecret(await given.key('accountKey_hex'), given.text('shareId'), given.bytes('wrap')),
  identity: async (given) =>
    openIdentity(
      await given.key('accountKey_hex'),
      { ...given.account(), publicKey: given.hex('publicKey_hex') },
      given.sealed(),
    ),
  'workspace-transcript-key': async (given) =>
    openTranscriptKey(
      await importWorkspaceKey(given.hex('workspaceKey_hex')),
      { ...given.workspace(), ...given.transcript() },
      given.bytes('wrap'),
    ),
  'workspace-index': async (given) =>
    openIndex(
      await importWorkspaceKey(given.hex('workspaceKey_hex')),
      { ...given.workspace(), indexRevision: given.number('indexRevision') },
      given.sealed(),
    ),
  fingerprint: (given) => identityFingerprint({ ...given.account(), publicKey: given.hex('publicKey_hex') }),
  roster: (given) =>
    rosterHash({
      workspaceId: given.text('workspaceId'),
      epoch: given.number('epoch'),
      keyNumber: given.number('keyNumber'),
      previous: given.hex('previous_hex'),
      members: given
        .value<{ accountId: string; role: string; fingerprint_hex: string }[]>('members')
        .map(({ fingerprint_hex, ...member }) => ({ ...member, fingerprint: fromHex(fingerprint_hex) })),
    }),
  'workspace-card': async (given) =>
    openWorkspaceCard(
      await importWorkspaceKey(given.hex('workspaceKey_hex')),
      { workspaceId: given.text('workspaceId'), epoch: given.number('epoch') },
      given.sealed(),
    ),
  membership: async (given) =>
    openMembership(
      await given.key('accountKey_hex'),
      { ...given.account(), workspaceId: given.text('workspaceId') },
      given.sealed(),
    ),
};

/** What an operation ends with: `opens`, a code of CryptoError, or `argument` for a TypeError or RangeError. */
async function outcome(operation: string, inputs: Inputs): Promise<string> {
  try {
    await operations[operation](new Given(inputs));
    return 'opens';
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    if (error instanceof TypeError || error instanceof RangeError) return 'argument';
    throw error;
  }
}

/** Whether this platform takes 65 bytes for a public key that are no point of the curve (@peculiar/webcrypto does, and fails at their first use). */
const takesAnyPoint = (): Promise<boolean> =>
  crypto.subtle
    .importKey('raw', new Uint8Array(65).fill(4), { name: 'ECDH', namedCurve: 'P-256' }, true, [])
    .then(
      () => true,
      () => false,
    );

describe('what must be refused', () => {
  it('is listed whole', () => {
    const ids = vectors.groups.flatMap(({ refused }) => refused.map(({ id }) => id));
    expect(new Set(ids).size).toBe(vectors.cases);
    expect(new Set(vectors.groups.map(({ do: operation }) => operation))).toEqual(
      new Set(Object.keys(operations)),
    );
  });

  for (const { do: operation, valid, refused } of vectors.groups) {
    it(`${operation}: the valid inputs open, the ${refused.length} others are refused`, async () => {
      expect(await outcome(operation, valid)).toBe('opens');
      const found: Record<string, string> = {};
      for (const { id, replace } of refused) found[id] = await outcome(operation, { ...valid, ...replace });
      const expected = Object.fromEntries(refused.map(({ id, error }) => [id, error]));
      if ('identity/no-point' in expected && (await takesAnyPoint())) expected['identity/no-point'] = 'opens';
      expect(found).toEqual(expected);
    });
  }
});
