"""Section 5 of docs/formats.md, workspace-v1, written a second time: identities, rosters, deliveries of a workspace's key.

HPKE (RFC 9180) is written out here, for the one suite and mode that the format has: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
AES-256-GCM, AUTH mode, one message. Names are the RFC's.
"""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sealscribe_formats import CannotOpen, bind, from_base64url, hkdf_expand_sha256, hkdf_extract_sha256

ENC = 65
KEM_SUITE = b"KEM" + (0x0010).to_bytes(2, "big")
HPKE_SUITE = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (0x0010, 0x0001, 0x0002))
MODE_AUTH = b"\x02"


def public_bytes(key):
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def load_public(data):
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        raise CannotOpen from None


def load_private(pkcs8):
    return serialization.load_der_private_key(pkcs8, None)


def _labeled_extract(suite, salt, label, data):
    return hkdf_extract_sha256(salt, b"HPKE-v1" + suite + label + data)


def _labeled_expand(suite, key, label, info, length):
    return hkdf_expand_sha256(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def _shared_secret(dh, enc, recipient, sender):
    key = _labeled_extract(KEM_SUITE, b"", b"eae_prk", dh)
    return _labeled_expand(KEM_SUITE, key, b"shared_secret", enc + recipient + sender, 32)


def _cipher(shared_secret, info):
    context = MODE_AUTH
    context += _labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
    context += _labeled_extract(HPKE_SUITE, b"", b"info_hash", info)
    secret = _labeled_extract(HPKE_SUITE, shared_secret, b"secret", b"")
    key = _labeled_expand(HPKE_SUITE, secret, b"key", context, 32)
    return AESGCM(key), _labeled_expand(HPKE_SUITE, secret, b"base_nonce", context, 12)


def deliver_key(sender, recipient_public, info, key):
    """`sender` is a private key, `recipient_public` 65 bytes; gives enc || ciphertext, 113 bytes for a key of 32."""
    ephemeral, recipient = ec.generate_private_key(ec.SECP256R1()), load_public(recipient_public)
    enc = public_bytes(ephemeral.public_key())
    dh = ephemeral.exchange(ec.ECDH(), recipient) + sender.exchange(ec.ECDH(), recipient)
    cipher, nonce = _cipher(_shared_secret(dh, enc, recipient_public, public_bytes(sender.public_key())), info)
    return enc + cipher.encrypt(nonce, key, b"")


def open_delivery(recipient, sender_public, info, delivery):
    if len(delivery) != 113:
        raise CannotOpen
    enc, sealed = delivery[:ENC], delivery[ENC:]
    dh = recipient.exchange(ec.ECDH(), load_public(enc)) + recipient.exchange(ec.ECDH(), load_public(sender_public))
    cipher, nonce = _cipher(_shared_secret(dh, enc, public_bytes(recipient.public_key()), sender_public), info)
    try:
        return cipher.decrypt(nonce, sealed, b"")
    except InvalidTag:
        raise CannotOpen from None


def fingerprint(account_id, public_key):
    return hashlib.sha256(bind("sealscribe/identity/v1", from_base64url(account_id), public_key)).digest()


def roster_hash(workspace_id, epoch, key_number, previous, members):
    """`members` are (account id, role, fingerprint)."""
    joined = b"".join(sorted(bind("member", from_base64url(account), role, print_) for account, role, print_ in members))
    return hashlib.sha256(bind("sealscribe/roster/v1", from_base64url(workspace_id), epoch, key_number, previous, joined)).digest()


def delivery_info(workspace_id, epoch, key_number, sender, recipient, hash_):
    ids = [from_base64url(each) for each in (workspace_id, sender, recipient)]
    return bind("sealscribe/workspace-key/v1", ids[0], epoch, key_number, ids[1], ids[2], hash_)


def private_key_context(account_id, public_key):
    return bind("sealscribe/private-key/v1", from_base64url(account_id), public_key)


def transcript_key_context(workspace_id, key_number, transcript_id):
    return bind(
        "sealscribe/workspace-transcript-key/v1", from_base64url(workspace_id), key_number, from_base64url(transcript_id)
    )


def index_context(workspace_id, key_number, index_revision):
    return bind("sealscribe/workspace-index/v1", from_base64url(workspace_id), key_number, index_revision)


def card_context(workspace_id, epoch):
    return bind("sealscribe/workspace-card/v1", from_base64url(workspace_id), epoch)


def membership_context(account_id, workspace_id):
    return bind("sealscribe/membership/v1", from_base64url(account_id), from_base64url(workspace_id))
