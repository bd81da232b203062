"""Sealscribe's formats, written a second time from docs/formats.md, in Python.

It shares no code with the JavaScript packages and uses nothing but the standard library and `cryptography` (38 or newer:
Debian's python3-cryptography). Section numbers are those of docs/formats.md. Tests make each implementation open what the
other one sealed.
"""

import base64
import hashlib
import hmac
import json
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class CannotOpen(Exception):
    """The key is wrong or the data was changed; which of them cannot be told."""


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


# Section 1: baseline-v1

def baseline_key(password, email):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), email.encode(), 100_000, 32)


def baseline_encrypt(key, plaintext):
    iv = os.urandom(12)
    return iv + AESGCM(key).encrypt(iv, plaintext, None)


def baseline_decrypt(key, blob):
    try:
        return AESGCM(key).decrypt(blob[:12], blob[12:], None)
    except InvalidTag:
        raise CannotOpen from None


# Section 0: bind

def bind(label, *fields):
    out = label.encode("ascii") + b"\0"
    for field in fields:
        if isinstance(field, str):
            field = field.encode()
        elif isinstance(field, int):
            field = field.to_bytes(8, "big")
        out += len(field).to_bytes(4, "big") + field
    return out


# Sections 0 and 7: the one seal, Cobblestone-256

CHUNK = 16_384
TAG = 16
INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def expand(key, info, length=32):
    """HKDF-Expand with HMAC-SHA-512 (RFC 5869, 2.3)."""
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes([len(out) // 64 + 1]), "sha512")
        out += block
    return out[:length]


def _message(key, salt, context):
    okm = expand(key, INFO + salt + context, 76)
    return AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), okm[44:]


def seal(key, context, plaintext):
    salt = os.urandom(24)
    cipher, nonce, commitment = _message(key, salt, context)
    out = salt + commitment
    for i in range(len(plaintext) // CHUNK + 1):
        out += cipher.encrypt((nonce ^ i).to_bytes(12, "big"), plaintext[i * CHUNK : (i + 1) * CHUNK], None)
    return out


def open_sealed(key, context, sealed):
    if len(sealed) < 24 + 32 + TAG:
        raise CannotOpen
    cipher, nonce, commitment = _message(key, sealed[:24], context)
    if not hmac.compare_digest(commitment, sealed[24:56]):
        raise CannotOpen
    body, step, out = sealed[56:], CHUNK + TAG, b""
    for i in range(len(body) // step + 1):
        chunk = body[i * step : (i + 1) * step]
        if len(chunk) < TAG:
            raise CannotOpen
        try:
            out += cipher.decrypt((nonce ^ i).to_bytes(12, "big"), chunk, None)
        except InvalidTag:
            raise CannotOpen from None
    return out


# Section 2: account-v1

SPACES = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def normalize_email(email):
    # What ECMAScript's trim takes away, which is not quite what str.strip does.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip(SPACES)).lower())


def account_root(email, password, salt, iterations):
    secret = unicodedata.normalize("NFKC", password).encode()
    return hashlib.pbkdf2_hmac(
        "sha256", secret, bind("sealscribe/account/v1", salt, normalize_email(email)), iterations, 32
    )


def auth_key(root):
    return expand(root, bind("sealscribe/auth/v1"))


def account_key_context(account_id, key_version, iterations, salt):
    return bind("sealscribe/account-key/v1", from_base64url(account_id), key_version, iterations, salt)


def recovery_auth_key(recovery_key):
    return expand(recovery_key, bind("sealscribe/recovery-auth/v1"))


def recovery_key_context(account_id):
    return bind("sealscribe/recovery-key/v1", from_base64url(account_id))


def device_key_context(account_id):
    return bind("sealscribe/device-key/v1", from_base64url(account_id))


# Section 3: sealed-v1

def transcript_key_context(account_id, transcript_id):
    return bind("sealscribe/transcript-key/v1", from_base64url(account_id), from_base64url(transcript_id))


def part_context(part, transcript_id, revision):
    """`part` is card, transcript or words."""
    return bind(f"sealscribe/{part}/v1", from_base64url(transcript_id), revision)


def index_context(account_id, index_revision):
    return bind("sealscribe/index/v1", from_base64url(account_id), index_revision)


def search_entry_context(account_id, transcript_id, revision, card_sha256):
    ids = from_base64url(account_id), from_base64url(transcript_id)
    return bind("sealscribe/search-entry/v1", *ids, revision, from_base64url(card_sha256))


def padded_length(length):
    size = max(length, 1024)
    exponent = size.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return -(-size // unit) * unit


def pad_document(document):
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return data.ljust(padded_length(len(data)), b" ")


def sha256(data):
    return to_base64url(hashlib.sha256(data).digest())


def open_card(transcript_key, transcript_id, revision, sealed):
    return json.loads(open_sealed(transcript_key, part_context("card", transcript_id, revision), sealed))


def open_part(transcript_key, transcript_id, card, part, sealed):
    """Opens a part if it is the very one that the card names."""
    named = card["parts"][part]
    if sha256(sealed) != named["sha256"]:
        raise CannotOpen
    return json.loads(open_sealed(transcript_key, part_context(part, transcript_id, named["revision"]), sealed))


PIECE = 1 << 20


def recording_context(transcript_id, recording_id):
    return bind("sealscribe/recording/v1", from_base64url(transcript_id), from_base64url(recording_id))


def sha256_of_pieces(sealed):
    hashes = (hashlib.sha256(sealed[at : at + PIECE]).digest() for at in range(0, len(sealed), PIECE))
    return sha256(b"".join(hashes))


def seal_recording(recording_key, transcript_id, recording_id, sound):
    padded = sound.ljust(padded_length(len(sound)), b"\0")
    return seal(recording_key, recording_context(transcript_id, recording_id), padded)


def open_recording(transcript_id, named, sealed):
    """Opens a recording if it is the very one that the card names."""
    if sha256_of_pieces(sealed) != named["sha256"]:
        raise CannotOpen
    padded = open_sealed(from_base64url(named["key"]), recording_context(transcript_id, named["id"]), sealed)
    if len(padded) != padded_length(named["size"]):
        raise CannotOpen
    return padded[: named["size"]]


# Section 4: share-v1

def hkdf_extract_sha256(salt, secret):
    return hmac.digest(salt or bytes(32), secret, "sha256")


def hkdf_expand_sha256(key, info, length):
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def hkdf_sha256(secret, salt, info, length=32):
    """HKDF with HMAC-SHA-256 (RFC 5869), written out."""
    return hkdf_expand_sha256(hkdf_extract_sha256(salt, secret), info, length)


def share_fragment(mode, link_secret):
    return to_base64url(bytes([1, mode]) + link_secret)


def read_fragment(fragment):
    """Gives (mode, link secret)."""
    data = from_base64url(fragment)
    if len(data) != 34 or data[0] != 1 or data[1] > 1:
        raise CannotOpen
    return data[1], data[2:]


def derive_share(share_id, mode, link_secret, password=None):
    """Gives (share key, access token)."""
    raw_id, salt = from_base64url(share_id), b""
    if mode == 1:
        secret = unicodedata.normalize("NFKC", password).encode()
        salt = hashlib.pbkdf2_hmac("sha256", secret, bind("sealscribe/share-password/v1", raw_id), 600_000, 32)
    return (
        hkdf_sha256(link_secret, salt, bind("sealscribe/share/v1", raw_id, bytes([mode]))),
        hkdf_sha256(link_secret, salt, bind("sealscribe/share-access/v1", raw_id, bytes([mode]))),
    )


def share_document_context(share_id):
    return bind("sealscribe/share-document/v1", from_base64url(share_id))


def share_link_context(share_id):
    return bind("sealscribe/share-link/v1", from_base64url(share_id))
