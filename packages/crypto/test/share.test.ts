import { describe, expect, it } from 'vitest';
import {
  decodeBase64url,
  decodeFragment,
  decodeText,
  deriveShare,
  encodeBase64url,
  encodeFragment,
  newId,
  newLinkSecret,
  open,
  openLinkSecret,
  openShare,
  seal,
  sealLinkSecret,
  sealShare,
  sha256,
  type ShareMode,
} from '../src/index.js';
import { contexts } from '../src/bind.js';
import { hkdfExpand, importHmacKey, randomBytes } from '../src/webcrypto.js';
import { codeOf } from './failure.js';
import { fromHex, toHex } from './hex.js';
import file from '../vectors/share-v1.json';

interface Vector {
  id: string;
  shareId: string;
  mode: ShareMode;
  linkSecret_hex: string;
  password_utf8_hex?: string;
  fragment: string;
  shareKey_hex: string;
  accessToken_hex: string;
  accessHash: string;
  document: Record<string, unknown>;
  sealed: string;
}
const links = file.links as Vector[];
const none = new Uint8Array();
const passwordOf = ({ password_utf8_hex: hex }: Vector) =>
  hex === undefined ? undefined : decodeText(fromHex(hex));
const failed = 'authentication_failed';

describe('the published vectors', () => {
  it('are all there', () => {
    expect(links).toHaveLength(6);
    expect(file.refusedFragments).toHaveLength(14);
  });

  for (const vector of links)
    it(`${vector.id}: fragment, key, access token and document`, async () => {
      const { shareId, mode, fragment } = vector;
      const link = decodeFragment(fragment);
      expect({ ...link, linkSecret: toHex(link.linkSecret) }).toEqual({
        mode,
        linkSecret: vector.linkSecret_hex,
      });
      expect(encodeFragment(link)).toBe(fragment);
      const { shareKey, accessToken } = await deriveShare(shareId, link, passwordOf(vector));
      expect(toHex(accessToken)).toBe(vector.accessToken_hex);
      expect(await sha256(accessToken)).toBe(vector.accessHash);
      // The key cannot be read: it is compared by what it does.
      expect(shareKey.extractable).toBe(false);
      const expected = await importHmacKey(fromHex(vector.shareKey_hex));
      expect(await hkdfExpand(shareKey, none, 64)).toEqual(await hkdfExpand(expected, none, 64));
      expect(await openShare(shareKey, shareId, decodeBase64url(vector.sealed))).toEqual(vector.document);
    });

  it.each(file.refusedFragments)('refuses the fragment $id', async ({ fragment, code }) => {
    expect(await codeOf((async () => decodeFragment(fragment))())).toBe(code);
  });

  it('opens the secret of a link for its owner', async () => {
    const { accountKey_hex: key, shareId, linkSecret_hex: secret, wrap } = file.linkSecretWrap;
    const accountKey = await importHmacKey(fromHex(key));
    expect(toHex(await openLinkSecret(accountKey, shareId, decodeBase64url(wrap)))).toBe(secret);
  });
});

describe('a link', () => {
  const [shareId, linkSecret] = ['ICEiIyQlJicoKSorLC0uLw', newLinkSecret()];
  const document = { title: 'x', text: 'ask not' };

  it('opens what was sealed under it, and nothing else does', async () => {
    const { shareKey } = await deriveShare(shareId, { mode: 0, linkSecret });
    const sealed = await sealShare(shareKey, shareId, document);
    expect(sealed.length).toBe(72 + 1024);
    const opened = async (id: string, mode: ShareMode, secret: Uint8Array, password?: string) => {
      const { shareKey: key } = await deriveShare(id, { mode, linkSecret: secret }, password);
      return openShare(key, id, sealed);
    };
    expect(await opened(shareId, 0, linkSecret)).toEqual(document);
    expect(await codeOf(opened(newId(), 0, linkSecret))).toBe(failed);
    expect(await codeOf(opened(shareId, 0, newLinkSecret()))).toBe(failed);
    expect(await codeOf(opened(shareId, 1, linkSecret, 'password'))).toBe(failed);
    expect(await codeOf(openShare(shareKey, newId(), sealed))).toBe(failed);
    for (const at of [0, 24, 60, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at] ^= 1;
      expect(await codeOf(openShare(shareKey, shareId, changed))).toBe(failed);
    }
    expect(await codeOf(openShare(shareKey, shareId, sealed.subarray(0, 71)))).toBe('malformed');
    const noDocument = await seal(shareKey, contexts.shareDocument(shareId), Uint8Array.of(0x5b, 0x5d));
    expect(await codeOf(openShare(shareKey, shareId, noDocument))).toBe('invalid_document');
  });

  it('with a password: key and access token depend on it; without, a password changes nothing', async () => {
    const token = async (mode: ShareMode, password?: string) =>
      toHex((await deriveShare(shareId, { mode, linkSecret }, password)).accessToken);
    const tokens = [await token(0), await token(1, 'one'), await token(1, 'two')];
    expect(new Set(tokens).size).toBe(3);
    expect(await token(0, 'one')).toBe(tokens[0]);
    expect(await token(1, 'one')).toBe(tokens[1]);
  });

  it('the access token says nothing about the key: it opens nothing as a key', async () => {
    const { shareKey, accessToken } = await deriveShare(shareId, { mode: 0, linkSecret });
    const sealed = await sealShare(shareKey, shareId, document);
    expect(await codeOf(openShare(await importHmacKey(accessToken), shareId, sealed))).toBe(failed);
    expect(await codeOf(openShare(await importHmacKey(linkSecret.slice()), shareId, sealed))).toBe(failed);
  });

  it('says which argument is wrong', async () => {
    const link = { mode: 0 as ShareMode, linkSecret };
    await expect(deriveShare('x', link)).rejects.toThrow(/shareId must be an id/);
    await expect(deriveShare(shareId, { ...link, mode: 2 as never })).rejects.toThrow(/mode must be/);
    await expect(deriveShare(shareId, { ...link, linkSecret: none })).rejects.toThrow(
      /linkSecret must be 32/,
    );
    for (const password of [undefined, ''])
      await expect(deriveShare(shareId, { ...link, mode: 1 }, password)).rejects.toThrow(
        new TypeError('password must not be empty'),
      );
    for (const password of ['\ud800', 5 as never])
      await expect(deriveShare(shareId, { ...link, mode: 1 }, password)).rejects.toThrow(/password must be/);
    expect(() => encodeFragment({ mode: 3 as never, linkSecret })).toThrow(/mode must be/);
    expect(() => encodeFragment({ mode: 0, linkSecret: none })).toThrow(/linkSecret must be 32/);
    expect(() => decodeFragment(undefined as never)).toThrow(TypeError);
    await expect(sealLinkSecret(await importHmacKey(randomBytes(32)), shareId, none)).rejects.toThrow(
      /linkSecret must be 32/,
    );
  });
});

describe("a link's secret, for its owner", () => {
  const shareId = newId();

  it('opens under the account key and its own id alone', async () => {
    const [before, after] = [await importHmacKey(randomBytes(32)), await importHmacKey(randomBytes(32))];
    const linkSecret = newLinkSecret();
    const wrap = await sealLinkSecret(before, shareId, linkSecret);
    expect(wrap.length).toBe(104);
    expect(await openLinkSecret(before, shareId, wrap)).toEqual(linkSecret);
    expect(await codeOf(openLinkSecret(before, newId(), wrap))).toBe(failed);
    expect(await codeOf(openLinkSecret(after, shareId, wrap))).toBe(failed);
    const short = await seal(before, contexts.shareLink(shareId), new Uint8Array(31));
    expect(await codeOf(openLinkSecret(before, shareId, short))).toBe('malformed');
    // Its label is its own: it opens as nothing else.
    expect(await codeOf(open(before, contexts.shareDocument(shareId), wrap))).toBe(failed);
    expect(encodeBase64url(wrap)).not.toContain(encodeBase64url(linkSecret).slice(0, 20));
  });
});
