"""Made refused-v1.json, once, with the implementation in examples/offline-open-python: python3 make_refused_v1.py > refused-v1.json

What a reader must refuse, rule by rule. A group is one operation with valid inputs, which must open, and refusals: each replaces
some of the inputs and breaks one rule. README.md beside this file says what the fields mean. The vectors are read, never made
again: sealing is random, so that another run gives other bytes.
"""

import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "examples" / "offline-open-python"))
import sealscribe_formats as formats  # noqa: E402
import sealscribe_workspaces as workspaces  # noqa: E402

b64, unb64, seal, bind = formats.to_base64url, formats.from_base64url, formats.seal, formats.bind

ACCOUNT, OTHER_ACCOUNT = b64(bytes(range(16))), b64(bytes(range(1, 17)))
TRANSCRIPT, OTHER_TRANSCRIPT = b64(bytes(range(32, 48))), b64(bytes(range(33, 49)))
WORKSPACE = b64(bytes(range(64, 80)))
KEY, OTHER_KEY, TRANSCRIPT_KEY = bytes([1] * 32), bytes([2] * 32), bytes([3] * 32)
ACCOUNT_ID, TRANSCRIPT_ID = unb64(ACCOUNT), unb64(TRANSCRIPT)
GROUPS = []


def group(do, section, valid, *refusals):
    """A refusal is (id, rule, error, what is replaced)."""
    GROUPS.append({
        "do": do,
        "section": section,
        "valid": valid,
        "refused": [{"id": f"{do}/{name}", "rule": rule, "error": error, "replace": replace} for name, rule, error, replace in refusals],
    })


def flip(data, at, bit=0):
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def padded(document):
    return document if isinstance(document, bytes) else formats.pad_document(document)


AUTH, MALFORMED, INVALID, ARGUMENT = "authentication_failed", "malformed", "invalid_document", "argument"

# Section 1: the baseline

group(
    "baseline-derive", 1, {"password": "correct horse", "email": "alice@example.com"},
    ("empty-password", "a password is not empty", ARGUMENT, {"password": ""}),
    ("empty-email", "an email is not empty", ARGUMENT, {"email": ""}),
    ("lone-surrogate", "text is well-formed Unicode: a lone surrogate has no UTF-8", ARGUMENT, {"password": "a\ud800"}),
    ("lone-surrogate-email", "text is well-formed Unicode", ARGUMENT, {"email": "\udc00@example.com"}),
)
blob = formats.baseline_encrypt(KEY, b"ask not what your country can do for you")
text = {"key_hex": KEY.hex(), "blob": b64(blob)}
group(
    "baseline-decrypt", 1, text,
    ("wrong-key", "another key does not open", AUTH, {"key_hex": OTHER_KEY.hex()}),
    ("flipped-iv", "a changed IV does not open", AUTH, {"blob": b64(flip(blob, 0))}),
    ("flipped-ciphertext", "changed ciphertext does not open", AUTH, {"blob": b64(flip(blob, 12))}),
    ("flipped-tag", "a changed tag does not open", AUTH, {"blob": b64(flip(blob, -1 % len(blob)))}),
    ("tag-120-bits", "the tag has 128 bits, never fewer", AUTH, {"blob": b64(blob[:-1])}),
    ("tag-96-bits", "the tag has 128 bits, never fewer", AUTH, {"blob": b64(blob[:-4])}),
    ("one-more-byte", "nothing stands behind the tag", AUTH, {"blob": b64(blob + b"\0")}),
    ("tag-first", "the tag stands at the end", AUTH, {"blob": b64(blob[:12] + blob[-16:] + blob[12:-16])}),
    ("with-associated-data", "there is no associated data", AUTH, {"blob": b64(blob[:12] + formats.AESGCM(KEY).encrypt(blob[:12], b"x" * 40, b"v1"))}),
    ("27-bytes", "under 28 bytes there is no IV and tag", MALFORMED, {"blob": b64(blob[:27])}),
    ("empty", "under 28 bytes there is no IV and tag", MALFORMED, {"blob": ""}),
)
group(
    "base64", 1, {"text": "AAEC/w=="},
    ("no-padding", "padding is written", MALFORMED, {"text": "AAEC/w"}),
    ("short-padding", "padding is whole", MALFORMED, {"text": "AAEC/w="}),
    ("spare-bits", "spare bits are zero: one text for one byte string", MALFORMED, {"text": "AAEC/x=="}),
    ("url-alphabet", "the alphabet is the standard one", MALFORMED, {"text": "AAEC_w=="}),
    ("space", "nothing is skipped", MALFORMED, {"text": "AAE C/w="}),
    ("newline", "nothing is skipped", MALFORMED, {"text": "AAEC/w==\n"}),
    ("padding-inside", "padding stands at the end", MALFORMED, {"text": "AA==AAEC"}),
)
group(
    "base64url", 0, {"text": "AAEC_w"},
    ("padding", "there is no padding", MALFORMED, {"text": "AAEC_w=="}),
    ("spare-bits", "spare bits are zero", MALFORMED, {"text": "AAEC_x"}),
    ("standard-alphabet", "the alphabet is that of URLs", MALFORMED, {"text": "AAEC/w"}),
    ("one-left", "no byte string has this length", MALFORMED, {"text": "AAECA"}),
)
group(
    "utf8", 1, {"bytes_hex": "c3a9"},
    ("overlong", "UTF-8 is strict", MALFORMED, {"bytes_hex": "c0af"}),
    ("surrogate", "UTF-8 has no surrogates", MALFORMED, {"bytes_hex": "eda080"}),
    ("cut", "UTF-8 is whole", MALFORMED, {"bytes_hex": "e282"}),
    ("too-high", "Unicode ends at 10FFFF", MALFORMED, {"bytes_hex": "f4908080"}),
)

# Sections 0 and 7: the one seal

context = bind("sealscribe/auth/v1")
small, step = seal(KEY, context, b"x" * 32), formats.CHUNK + formats.TAG
long = seal(KEY, context, b"ab" * formats.CHUNK + b"tail!")
end = len(long)
exact = seal(KEY, context, b"c" * formats.CHUNK)
salt = small[:24]
cipher, nonce, commitment = formats._message(KEY, salt, context)
other = formats._message(OTHER_KEY, salt, context)[2]
header = {"key_hex": KEY.hex(), "context_hex": context.hex()}
group(
    "open", 7, {**header, "sealed": b64(small)},
    ("wrong-key", "another key does not open", AUTH, {"key_hex": OTHER_KEY.hex()}),
    ("other-context", "another context does not open", AUTH, {"context_hex": bind("sealscribe/recovery-auth/v1").hex()}),
    ("longer-context", "another context does not open", AUTH, {"context_hex": (context + b"\0").hex()}),
    ("flipped-salt", "a changed salt does not open", AUTH, {"sealed": b64(flip(small, 0))}),
    ("flipped-commitment", "the commitment is compared, whether or not the chunks would open", AUTH, {"sealed": b64(flip(small, 24))}),
    ("commitment-of-another-key", "one message opens under one key only", AUTH, {"sealed": b64(salt + other + small[56:])}),
    ("flipped-chunk", "changed chunks do not open", AUTH, {"sealed": b64(flip(small, 56))}),
    ("flipped-tag", "a changed tag does not open", AUTH, {"sealed": b64(flip(small, len(small) - 1, 7))}),
    ("cut", "a cut message does not open", AUTH, {"sealed": b64(small[:-1])}),
    ("longer", "nothing stands behind the last tag", AUTH, {"sealed": b64(small + b"\0")}),
    ("71-bytes", "a message has at least salt, commitment and a tag", MALFORMED, {"sealed": b64(small[:71])}),
    ("empty", "a message has at least salt, commitment and a tag", MALFORMED, {"sealed": ""}),
    ("associated-data", "there is no associated data", AUTH, {"sealed": b64(salt + commitment + cipher.encrypt(nonce.to_bytes(12, "big"), b"x" * 32, b"v1"))}),
    ("nonce-of-chunk-1", "the nonce of chunk i is base nonce XOR i, from 0", AUTH, {"sealed": b64(salt + commitment + cipher.encrypt((nonce ^ 1).to_bytes(12, "big"), b"x" * 32, None))}),
    ("baseline-blob", "the vault opens no blob of the baseline", AUTH, {"sealed": b64(formats.baseline_encrypt(KEY, b"y" * 80))}),
)
group(
    "open", 7, {**header, "sealed": b64(long)},
    ("chunks-swapped", "chunks stand in their order", AUTH, {"pieces": [[0, 56], [56 + step, 56 + 2 * step], [56, 56 + step], [56 + 2 * step, end]]}),
    ("first-chunk-dropped", "no chunk is missing", AUTH, {"pieces": [[0, 56], [56 + step, end]]}),
    ("middle-chunk-dropped", "no chunk is missing", AUTH, {"pieces": [[0, 56 + step], [56 + 2 * step, end]]}),
    ("last-chunk-dropped", "the last chunk is a shorter one: whole chunks alone are a cut message", AUTH, {"pieces": [[0, 56 + 2 * step]]}),
    ("cut-between", "no chunk is missing", AUTH, {"pieces": [[0, 56 + step]]}),
    ("chunk-twice", "no chunk comes twice", AUTH, {"pieces": [[0, 56 + step], [56, end]]}),
    ("chunk-after-the-last", "nothing stands behind the last chunk", AUTH, {"pieces": [[0, end], [56 + 2 * step, end]]}),
    ("tag-cut", "tags are whole", AUTH, {"pieces": [[0, 56 + 2 * step + 15]]}),
)
group(
    "open", 7, {**header, "sealed": b64(exact)},
    ("empty-last-chunk-dropped", "a whole number of chunks ends with an empty one", AUTH, {"pieces": [[0, 56 + step]]}),
)

# Section 2: the account

account = {"email": "alice@example.com", "password": "correct horse battery staple", "salt_hex": bytes(range(16)).hex(), "iterations": 100_000, "minIterations": 100_000, "keyVersion": 1, "accountId": ACCOUNT}


def account_wrap(secret=KEY, key_version=1, account_id=ACCOUNT, iterations=100_000, label="sealscribe/account-key/v1"):
    root = formats.account_root(account["email"], account["password"], bytes(range(16)), iterations)
    return b64(seal(root, bind(label, unb64(account_id), key_version, iterations, bytes(range(16))), secret))


group(
    "account-key", 2, {**account, "wrap": account_wrap()},
    ("wrong-password", "another password does not open", AUTH, {"password": "correct horse battery stapler"}),
    ("other-email", "the email enters the key", AUTH, {"email": "bob@example.com"}),
    ("other-salt", "the salt enters the key and the context", AUTH, {"salt_hex": bytes(16).hex()}),
    ("other-account", "a wrap belongs to one account", AUTH, {"accountId": OTHER_ACCOUNT}),
    ("other-version", "a wrap belongs to one version of the key record", AUTH, {"keyVersion": 2}),
    ("other-iterations", "the iterations enter the key and the context", AUTH, {"iterations": 100_001}),
    ("low-floor", "no caller takes fewer than 100,000", ARGUMENT, {"minIterations": 99_999}),
    ("too-many-iterations", "10,000,000 iterations at most: nobody is kept busy for hours", MALFORMED, {"iterations": 10_000_001}),
    ("half-an-iteration", "iterations are an integer", MALFORMED, {"iterations": 100_000.5}),
    ("short-salt", "the salt has 16 bytes", MALFORMED, {"salt_hex": bytes(15).hex()}),
    ("long-salt", "the salt has 16 bytes", MALFORMED, {"salt_hex": bytes(17).hex()}),
    ("short-key", "a wrapped key has 32 bytes: a wrap 104", MALFORMED, {"wrap": account_wrap(KEY[:31])}),
    ("long-key", "a wrapped key has 32 bytes: a wrap 104", MALFORMED, {"wrap": account_wrap(KEY + b"\0")}),
    ("other-label", "a wrap for another purpose is none", AUTH, {"wrap": account_wrap(label="sealscribe/recovery-key/v1")}),
    ("control-character", "an email holds no control characters", ARGUMENT, {"email": "alice\u0000@example.com"}),
    ("spaces-alone", "an email is not empty", ARGUMENT, {"email": " \t"}),
    ("empty-password", "a password is not empty", ARGUMENT, {"password": ""}),
)
group(
    "account-key", 2, {**account, "minIterations": None, "iterations": 600_000, "wrap": account_wrap(iterations=600_000)},
    ("few-iterations", "600,000 iterations at least, whatever a server says", "weak_kdf", {"iterations": 599_999, "wrap": account_wrap(iterations=599_999)}),
    ("iterations-of-the-baseline", "600,000 iterations at least", "weak_kdf", {"iterations": 100_000, "wrap": account_wrap()}),
)
recovery = bytes(range(32))
recovery_wrap = seal(recovery, bind("sealscribe/recovery-key/v1", ACCOUNT_ID), KEY)
group(
    "recovery", 2, {"recoveryKey_hex": recovery.hex(), "accountId": ACCOUNT, "wrap": b64(recovery_wrap)},
    ("wrong-key", "another recovery key does not open", AUTH, {"recoveryKey_hex": OTHER_KEY.hex()}),
    ("other-account", "a wrap belongs to one account", AUTH, {"accountId": OTHER_ACCOUNT}),
    ("device-wrap", "a wrap for another purpose is none", AUTH, {"wrap": b64(seal(recovery, bind("sealscribe/device-key/v1", ACCOUNT_ID), KEY))}),
    ("short-key", "a recovery key has 32 bytes", ARGUMENT, {"recoveryKey_hex": recovery[:31].hex()}),
)
group(
    "device", 2, {"deviceKey_hex": recovery.hex(), "accountId": ACCOUNT, "wrap": b64(seal(recovery, bind("sealscribe/device-key/v1", ACCOUNT_ID), KEY))},
    ("wrong-key", "another device does not open", AUTH, {"deviceKey_hex": OTHER_KEY.hex()}),
    ("short-key", "a device key has 32 bytes", ARGUMENT, {"deviceKey_hex": recovery[:31].hex()}),
    ("other-account", "a wrap belongs to one account", AUTH, {"accountId": OTHER_ACCOUNT}),
    ("recovery-wrap", "a wrap for another purpose is none", AUTH, {"wrap": b64(recovery_wrap)}),
)

# Section 3: a transcript

key_wrap = seal(KEY, formats.transcript_key_context(ACCOUNT, TRANSCRIPT), TRANSCRIPT_KEY)
group(
    "transcript-key", 3, {"accountKey_hex": KEY.hex(), "accountId": ACCOUNT, "transcriptId": TRANSCRIPT, "wrap": b64(key_wrap)},
    ("other-transcript", "a key belongs to one transcript", AUTH, {"transcriptId": OTHER_TRANSCRIPT}),
    ("other-account", "a key belongs to one account", AUTH, {"accountId": OTHER_ACCOUNT}),
    ("id-not-canonical", "an id has one text: its spare bits are zero", ARGUMENT, {"transcriptId": TRANSCRIPT[:-1] + "x"}),
    ("id-too-short", "an id has 22 characters", ARGUMENT, {"transcriptId": TRANSCRIPT[:-1]}),
    ("workspace-wrap", "a key of a workspace is none of an account", AUTH, {"wrap": b64(seal(KEY, bind("sealscribe/workspace-transcript-key/v1", unb64(WORKSPACE), 1, TRANSCRIPT_ID), TRANSCRIPT_KEY))}),
)


def part(name, document, revision=1, transcript_id=TRANSCRIPT, key=TRANSCRIPT_KEY):
    return seal(key, formats.part_context(name, transcript_id, revision), padded(document))


body = part("transcript", {"segments": []})
ref = {"revision": 1, "sha256": formats.sha256(body)}
parts = {"transcript": ref, "words": {"revision": 1, "sha256": b64(bytes(32))}}


def card(document, **where):
    return {"sealed": b64(part("card", document, **where))}


shown = {"title": "Budget"}
group(
    "card", 3, {"transcriptKey_hex": TRANSCRIPT_KEY.hex(), "transcriptId": TRANSCRIPT, "revision": 1, **card({**shown, "parts": parts})},
    ("other-transcript", "a card belongs to one transcript", AUTH, card({**shown, "parts": parts}, transcript_id=OTHER_TRANSCRIPT)),
    ("other-revision", "a card belongs to one revision", AUTH, {"revision": 2}),
    ("another-part", "a part is no card", AUTH, {"sealed": b64(part("transcript", {**shown, "parts": parts}))}),
    ("plaintext", "the vault opens nothing that is not sealed", AUTH, {"sealed": b64(padded({**shown, "parts": parts}))}),
    ("revision-0", "revisions count from 1", ARGUMENT, {"revision": 0}),
    ("no-parts", "a card names its parts", INVALID, card(shown)),
    ("one-part", "a card names both parts", INVALID, card({"parts": {"transcript": ref}})),
    ("three-parts", "a card names no other parts", INVALID, card({"parts": {**parts, "more": ref}})),
    ("later-part", "a part is not younger than its card", INVALID, card({"parts": {**parts, "words": {**ref, "revision": 2}}})),
    ("revision-of-part-0", "revisions count from 1", INVALID, card({"parts": {**parts, "words": {**ref, "revision": 0}}})),
    ("revision-as-text", "a revision is a number", INVALID, card({"parts": {**parts, "words": {**ref, "revision": "1"}}})),
    ("short-hash", "a hash has 32 bytes", INVALID, card({"parts": {**parts, "words": {**ref, "sha256": b64(bytes(31))}}})),
    ("more-in-a-part", "unknown keys are refused", INVALID, card({"parts": {**parts, "words": {**ref, "size": 1}}})),
    ("array", "a document is an object", INVALID, card(b"[]".ljust(1024))),
    ("null", "a document is an object", INVALID, card(b"null".ljust(1024))),
    ("no-json", "a document is JSON", INVALID, card(b"{title".ljust(1024))),
    ("no-utf8", "a document is UTF-8", INVALID, card(b"{\"title\":\"\xff\"}".ljust(1024))),
    ("byte-order-mark", "a document begins with its object", INVALID, card(b"\xef\xbb\xbf{}".ljust(1024))),
    ("zeros-as-padding", "padding is spaces", INVALID, card(formats.pad_document({**shown, "parts": parts}).rstrip(b" ").ljust(1024, b"\0"))),
)
group(
    "part", 3, {"transcriptKey_hex": TRANSCRIPT_KEY.hex(), "transcriptId": TRANSCRIPT, "name": "transcript", "ref": ref, "sealed": b64(body)},
    ("other-hash", "a part is the very one that the card names", AUTH, {"ref": {**ref, "sha256": b64(bytes(32))}}),
    ("other-part-of-that-revision", "a part is the very one that the card names", AUTH, {"sealed": b64(part("transcript", {"segments": [1]}))}),
    ("sealed-as-words", "a part stands in its own place", AUTH, (lambda data: {"sealed": b64(data), "ref": {"revision": 1, "sha256": formats.sha256(data)}})(part("words", {"segments": []}))),
    ("of-another-transcript", "a part belongs to one transcript", AUTH, (lambda data: {"sealed": b64(data), "ref": {"revision": 1, "sha256": formats.sha256(data)}})(part("transcript", {"segments": []}, transcript_id=OTHER_TRANSCRIPT))),
    ("of-another-revision", "a part belongs to one revision", AUTH, {"ref": {**ref, "revision": 2}}),
)


def index(document, revision=1, account_id=ACCOUNT):
    return {"sealed": b64(seal(KEY, formats.index_context(account_id, revision), padded(document)))}


entry = {"revision": 1, "sha256": b64(bytes(32))}
group(
    "index", 3, {"accountKey_hex": KEY.hex(), "accountId": ACCOUNT, "indexRevision": 1, **index({TRANSCRIPT: entry, OTHER_TRANSCRIPT: {"deleted": True}})},
    ("other-revision", "an index belongs to one revision", AUTH, {"indexRevision": 2}),
    ("other-account", "an index belongs to one account", AUTH, index({TRANSCRIPT: entry}, account_id=OTHER_ACCOUNT)),
    ("odd-id", "an index lists ids", INVALID, index({"../../etc": entry})),
    ("proto", "__proto__ is no id", INVALID, index(b"{\"__proto__\":{\"deleted\":true}}".ljust(1024))),
    ("entry-null", "an entry is a mark or a tombstone", INVALID, index({TRANSCRIPT: None})),
    ("entry-both", "an entry is a mark or a tombstone, not both", INVALID, index({TRANSCRIPT: {**entry, "deleted": True}})),
    ("deleted-false", "a tombstone says true", INVALID, index({TRANSCRIPT: {"deleted": False}})),
    ("rekey-false", "rekey is true or absent", INVALID, index({TRANSCRIPT: {**entry, "rekey": False}})),
)
seen = {"revision": 5, "sha256": b64(bytes(32))}
group(
    "freshness", 3, {"remembered": seen, "seen": seen},
    ("rollback", "a lower revision than the one remembered", "rollback", {"seen": {**seen, "revision": 4}}),
    ("fork", "another hash at the revision remembered", "fork", {"seen": {**seen, "sha256": b64(KEY)}}),
)
group(
    "listed", 3, {"index": {TRANSCRIPT: entry, OTHER_TRANSCRIPT: {"deleted": True}}, "transcriptId": TRANSCRIPT, "seen": entry},
    ("absent", "a transcript that the index does not list", "unlisted", {"transcriptId": ACCOUNT}),
    ("deleted", "a transcript that the index lists as deleted", "unlisted", {"transcriptId": OTHER_TRANSCRIPT}),
    ("other-mark", "a transcript with another hash than the index lists", "unlisted", {"seen": {**entry, "sha256": b64(KEY)}}),
    ("other-revision", "a transcript at another revision than the index lists", "unlisted", {"seen": {**entry, "revision": 2}}),
)

CARD_HASH = bytes([4] * 32)


def search_entry(document):
    context = formats.search_entry_context(ACCOUNT, TRANSCRIPT, 1, b64(CARD_HASH))
    return {"sealed": b64(seal(KEY, context, padded(document)))}


mark = {"revision": 1, "sha256": b64(CARD_HASH)}
group(
    "search-entry", 3, {"accountKey_hex": KEY.hex(), "accountId": ACCOUNT, "transcriptId": TRANSCRIPT, "mark": mark, **search_entry({"text": "budget"})},
    ("other-account", "an entry belongs to one account", AUTH, {"accountId": OTHER_ACCOUNT}),
    ("other-transcript", "an entry belongs to one transcript", AUTH, {"transcriptId": OTHER_TRANSCRIPT}),
    ("other-revision", "an entry belongs to one revision of the card", AUTH, {"mark": {**mark, "revision": 2}}),
    ("other-card", "an entry belongs to one card", AUTH, {"mark": {**mark, "sha256": b64(KEY)}}),
    ("no-mark", "a mark is a revision and a hash of 32 bytes", ARGUMENT, {"mark": {**mark, "sha256": b64(bytes(31))}}),
    ("array", "a document is an object", INVALID, search_entry(b"[]".ljust(1024))),
)

# Section 4: links

secret = bytes(range(32))
fragment = formats.share_fragment(0, secret)
group(
    "fragment", 4, {"fragment": fragment},
    ("empty", "a fragment has 34 bytes", MALFORMED, {"fragment": ""}),
    ("version-0", "another first byte is another version", "unknown_version", {"fragment": b64(b"\0\0" + secret)}),
    ("version-2", "another first byte is another version", "unknown_version", {"fragment": b64(b"\x02\0" + secret)}),
    ("mode-2", "the mode is 0 or 1", MALFORMED, {"fragment": b64(b"\x01\x02" + secret)}),
    ("short", "a fragment has 34 bytes", MALFORMED, {"fragment": b64(b"\x01\0" + secret[:31])}),
    ("long", "a fragment has 34 bytes", MALFORMED, {"fragment": b64(b"\x01\0" + secret + b"\0")}),
    ("not-canonical", "spare bits are zero", MALFORMED, {"fragment": fragment[:-1] + chr(ord(fragment[-1]) + 1)}),
    ("padded", "there is no padding", MALFORMED, {"fragment": fragment + "=="}),
)
key = formats.derive_share(TRANSCRIPT, 0, secret)[0]
document = seal(key, formats.share_document_context(TRANSCRIPT), padded({"title": None}))
group(
    "share", 4, {"shareId": TRANSCRIPT, "mode": 0, "linkSecret_hex": secret.hex(), "document": b64(document)},
    ("other-share", "a document belongs to one share", AUTH, {"shareId": OTHER_TRANSCRIPT}),
    ("other-secret", "another link does not open", AUTH, {"linkSecret_hex": KEY.hex()}),
    ("password-where-none-was", "a password enters the key", AUTH, {"mode": 1, "password": "told by telephone"}),
    ("mode-1-without-password", "mode 1 needs a password", ARGUMENT, {"mode": 1}),
    ("array", "a document is an object", INVALID, {"document": b64(seal(key, formats.share_document_context(TRANSCRIPT), b"[]".ljust(1024)))}),
)
link = bind("sealscribe/share-link/v1", unb64(TRANSCRIPT))
group(
    "link-secret", 4, {"accountKey_hex": KEY.hex(), "shareId": TRANSCRIPT, "wrap": b64(seal(KEY, link, secret))},
    ("wrong-key", "another account does not open", AUTH, {"accountKey_hex": OTHER_KEY.hex()}),
    ("other-share", "a secret belongs to one share", AUTH, {"shareId": OTHER_TRANSCRIPT}),
    ("short", "a secret has 32 bytes", MALFORMED, {"wrap": b64(seal(KEY, link, secret[:31]))}),
)

# Section 5: workspaces

point = bytes([4]) + bytes([1] * 64)
pair = ec.generate_private_key(ec.SECP256R1())
public = workspaces.public_bytes(pair.public_key())
pkcs8 = pair.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def private_key(data, public_key=public):
    return {"sealed": b64(seal(KEY, workspaces.private_key_context(ACCOUNT, public_key), data)), "publicKey_hex": public_key.hex()}


group(
    "identity", 5, {"accountKey_hex": KEY.hex(), "accountId": ACCOUNT, **private_key(pkcs8)},
    ("wrong-key", "another account key does not open", AUTH, {"accountKey_hex": OTHER_KEY.hex()}),
    ("other-account", "a private key belongs to one account", AUTH, {"accountId": OTHER_ACCOUNT}),
    ("other-public-key", "a private key belongs to one public key", AUTH, {"publicKey_hex": flip(public, 64).hex()}),
    ("short-public-key", "a public key is 65 bytes", MALFORMED, {"publicKey_hex": public[:-1].hex()}),
    ("no-point", "a public key is a point of the curve", MALFORMED, private_key(pkcs8, flip(public, 64))),
    ("no-private-key", "a private key is PKCS#8", MALFORMED, private_key(bytes(138))),
)
workspace_key = {"workspaceKey_hex": KEY.hex(), "workspaceId": WORKSPACE, "keyNumber": 1}
shared_wrap = seal(KEY, workspaces.transcript_key_context(WORKSPACE, 1, TRANSCRIPT), TRANSCRIPT_KEY)
group(
    "workspace-transcript-key", 5, {**workspace_key, "transcriptId": TRANSCRIPT, "wrap": b64(shared_wrap)},
    ("other-workspace", "a key belongs to one workspace", AUTH, {"workspaceId": ACCOUNT}),
    ("other-key-number", "a key is sealed under one key of the workspace", AUTH, {"keyNumber": 2}),
    ("other-transcript", "a key belongs to one transcript", AUTH, {"transcriptId": OTHER_TRANSCRIPT}),
    ("account-wrap", "a key of an account is none of a workspace", AUTH, {"wrap": b64(key_wrap)}),
)
shared_index = seal(KEY, workspaces.index_context(WORKSPACE, 1, 1), padded({TRANSCRIPT: entry}))
group(
    "workspace-index", 5, {**workspace_key, "indexRevision": 1, "sealed": b64(shared_index)},
    ("other-workspace", "an index belongs to one workspace", AUTH, {"workspaceId": ACCOUNT}),
    ("other-key-number", "an index is sealed under one key of the workspace", AUTH, {"keyNumber": 2}),
    ("other-revision", "an index belongs to one revision", AUTH, {"indexRevision": 2}),
    ("account-index", "an index of an account is none of a workspace", AUTH, index({TRANSCRIPT: entry})),
)
previous = hashlib.sha256(b"roster 1").digest()
members = [{"accountId": ACCOUNT, "role": "owner", "fingerprint_hex": bytes([1] * 32).hex()}, {"accountId": OTHER_ACCOUNT, "role": "reader", "fingerprint_hex": bytes([2] * 32).hex()}]
group(
    "fingerprint", 5, {"accountId": ACCOUNT, "publicKey_hex": point.hex()},
    ("compressed", "a public key is 65 bytes, uncompressed", MALFORMED, {"publicKey_hex": (b"\x02" + bytes([1] * 32)).hex()}),
    ("short", "a public key is 65 bytes", MALFORMED, {"publicKey_hex": point[:-1].hex()}),
)
group(
    "roster", 5, {"workspaceId": WORKSPACE, "epoch": 2, "keyNumber": 1, "previous_hex": previous.hex(), "members": members},
    ("twice", "nobody is in a roster twice", ARGUMENT, {"members": [members[0], members[0]]}),
    ("short-previous", "the hash of the roster before has 32 bytes, or none for the first", ARGUMENT, {"previous_hex": previous[:31].hex()}),
    ("short-fingerprint", "a fingerprint has 32 bytes", ARGUMENT, {"members": [{**members[0], "fingerprint_hex": "01"}]}),
    ("negative-epoch", "numbers are unsigned", ARGUMENT, {"epoch": -1}),
    ("epoch-too-high", "numbers are safe integers", ARGUMENT, {"epoch": 2**53}),
)


def workspace_card(document, epoch=1):
    return {"sealed": b64(seal(KEY, bind("sealscribe/workspace-card/v1", unb64(WORKSPACE), epoch), padded(document)))}


group(
    "workspace-card", 5, {"workspaceKey_hex": KEY.hex(), "workspaceId": WORKSPACE, "epoch": 1, **workspace_card({"name": "Board", "emails": {}})},
    ("other-epoch", "a card belongs to one epoch", AUTH, {"epoch": 2}),
    ("other-workspace", "a card belongs to one workspace", AUTH, {"workspaceId": ACCOUNT}),
)


def membership(document):
    return {"sealed": b64(seal(KEY, bind("sealscribe/membership/v1", ACCOUNT_ID, unb64(WORKSPACE)), padded(document)))}


group(
    "membership", 5, {"accountKey_hex": KEY.hex(), "accountId": ACCOUNT, "workspaceId": WORKSPACE, **membership(entry)},
    ("other-account", "a membership belongs to one account", AUTH, {"accountId": OTHER_ACCOUNT}),
    ("other-workspace", "a membership belongs to one workspace", AUTH, {"workspaceId": ACCOUNT}),
    ("more", "unknown keys are refused", INVALID, membership({**entry, "role": "owner"})),
    ("no-hash", "a membership is an epoch and the hash of its roster", INVALID, membership({"revision": 1})),
)

print(json.dumps({
    "name": "refused-v1",
    "version": 1,
    "docs": "docs/formats.md; README.md beside this file",
    "cases": sum(len(each["refused"]) for each in GROUPS),
    "groups": GROUPS,
}, indent=1))
