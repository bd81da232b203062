"""Made share-v1.json, once, with the implementation in examples/offline-open-python: python3 make_share_v1.py > share-v1.json

The vectors are read, never made again: sealing is random, so that another run gives other bytes.
"""

import hashlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "examples" / "offline-open-python"))
import sealscribe_formats as formats  # noqa: E402

b64 = formats.to_base64url
DOCUMENT = {"title": "Budget", "transcript": {"segments": [{"start": 0, "text": "The budget was refused. \u8d70\u5427"}]}}
LONG = {"text": "ask not what your country can do for you " * 450}
# id, what it is about, id of the share, link secret, password, document
LINKS = [
    ("no-password", "mode 0: the link alone opens", bytes(range(16)), bytes(range(32)), None, DOCUMENT),
    ("password", "mode 1: the password enters the key", bytes(range(16)), bytes(range(32)), "told by telephone", DOCUMENT),
    ("password-nfkc", "ligature, circled digit, decomposed umlaut: NFKC", bytes([255] * 16), bytes([255] * 32), "\ufb01\u2460 u\u0308 ", DOCUMENT),
    ("password-nfkc-plain", "the same password as it is after NFKC", bytes([255] * 16), bytes([255] * 32), "fi1 \u00fc ", DOCUMENT),
    ("zeros", "id and secret of zeros", bytes(16), bytes(32), None, {}),
    ("long", "a document of several chunks", bytes(range(240, 256)), bytes(range(100, 132)), None, LONG),
]


def link_case(name, note, raw_id, secret, password, document):
    share_id, mode = b64(raw_id), 0 if password is None else 1
    key, token = formats.derive_share(share_id, mode, secret, password)
    sealed = formats.seal(key, formats.share_document_context(share_id), formats.pad_document(document))
    return {
        "id": name,
        "note": note,
        "shareId": share_id,
        "mode": mode,
        "linkSecret_hex": secret.hex(),
        **({} if password is None else {"password": password, "password_utf8_hex": password.encode().hex()}),
        "fragment": formats.share_fragment(mode, secret),
        "shareKey_hex": key.hex(),
        "accessToken_hex": token.hex(),
        "accessHash": b64(hashlib.sha256(token).digest()),
        "document": document,
        "sealed": b64(sealed),
    }


def refused(name, data, code):
    return {"id": name, "fragment": data if isinstance(data, str) else b64(data), "code": code}


def wrap_case():
    account_key, share_id, secret = bytes(range(32, 64)), b64(bytes(range(16))), bytes(range(32))
    wrap = formats.seal(account_key, formats.share_link_context(share_id), secret)
    return {"accountKey_hex": account_key.hex(), "shareId": share_id, "linkSecret_hex": secret.hex(), "wrap": b64(wrap)}


SECRET = bytes(range(32))
links = [link_case(*case) for case in LINKS]
json.dump(
    {
        "name": "share-v1",
        "version": 1,
        "algorithm": "docs/formats.md, section 4",
        "authoritative": "the *_hex fields; password is for people",
        "links": links,
        "linkSecretWrap": wrap_case(),
        "refusedFragments": [
            refused("empty", b"", "malformed"),
            refused("version-0", bytes([0, 0]) + SECRET, "unknown_version"),
            refused("version-2", bytes([2, 0]) + SECRET, "unknown_version"),
            refused("version-2-of-another-length", bytes([2, 0, 7]), "unknown_version"),
            refused("mode-2", bytes([1, 2]) + SECRET, "malformed"),
            refused("mode-255", bytes([1, 255]) + SECRET, "malformed"),
            refused("too-short", bytes([1, 0]) + SECRET[1:], "malformed"),
            refused("too-long", bytes([1, 0]) + SECRET + b"\0", "malformed"),
            refused("version-alone", bytes([1]), "malformed"),
            refused("padded", formats.share_fragment(0, SECRET) + "==", "malformed"),
            refused("spare-bits", formats.share_fragment(0, SECRET)[:-1] + "9", "malformed"),
            refused("standard-base64", formats.share_fragment(0, bytes([255] * 32)).replace("_", "/"), "malformed"),
            refused("percent", formats.share_fragment(0, SECRET)[:-1] + "%38", "malformed"),
            refused("space", formats.share_fragment(0, SECRET) + " ", "malformed"),
        ],
    },
    sys.stdout,
    ensure_ascii=True,
    indent=1,
)
print()
