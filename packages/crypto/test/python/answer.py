"""The other side of the interoperability tests: reads one JSON command a line, answers one JSON line."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "examples" / "offline-open-python"))
import sealscribe_formats as formats  # noqa: E402
import sealscribe_workspaces as workspaces  # noqa: E402

b64, unb64 = formats.to_base64url, formats.from_base64url


def sealed_of(case):
    data = unb64(case["sealed"])
    return b"".join(data[start:end] for start, end in case["pieces"]) if "pieces" in case else data


def open_account_key(case):
    salt = bytes.fromhex(case["salt_hex"])
    root = formats.account_root(case["email"], case["password"], salt, case["iterations"])
    context = formats.account_key_context(case["accountId"], case["keyVersion"], case["iterations"], salt)
    return formats.open_sealed(root, context, unb64(case["wrap"]))


def open_share(case):
    key, _ = formats.derive_share(case["shareId"], case["mode"], bytes.fromhex(case["linkSecret_hex"]), case.get("password"))
    return formats.open_sealed(key, formats.share_document_context(case["shareId"]), unb64(case["document"]))


# The operations of vectors/refused-v1.json that this implementation has.
REFUSABLE = {
    "refused baseline-decrypt": lambda case: formats.baseline_decrypt(bytes.fromhex(case["key_hex"]), unb64(case["blob"])),
    "refused open": lambda case: formats.open_sealed(bytes.fromhex(case["key_hex"]), bytes.fromhex(case["context_hex"]), sealed_of(case)),
    "refused account-key": open_account_key,
    "refused transcript-key": lambda case: formats.open_sealed(
        bytes.fromhex(case["accountKey_hex"]), formats.transcript_key_context(case["accountId"], case["transcriptId"]), unb64(case["wrap"])
    ),
    "refused card": lambda case: formats.open_card(
        bytes.fromhex(case["transcriptKey_hex"]), case["transcriptId"], case["revision"], sealed_of(case)
    ),
    "refused part": lambda case: formats.open_part(
        bytes.fromhex(case["transcriptKey_hex"]), case["transcriptId"], {"parts": {case["name"]: case["ref"]}}, case["name"], sealed_of(case)
    ),
    "refused index": lambda case: formats.open_sealed(
        bytes.fromhex(case["accountKey_hex"]), formats.index_context(case["accountId"], case["indexRevision"]), sealed_of(case)
    ),
    "refused share": open_share,
    "refused search-entry": lambda case: formats.open_sealed(
        bytes.fromhex(case["accountKey_hex"]),
        formats.search_entry_context(case["accountId"], case["transcriptId"], case["mark"]["revision"], case["mark"]["sha256"]),
        sealed_of(case),
    ),
    "refused identity": lambda case: formats.open_sealed(
        bytes.fromhex(case["accountKey_hex"]),
        workspaces.private_key_context(case["accountId"], bytes.fromhex(case["publicKey_hex"])),
        sealed_of(case),
    ),
    "refused workspace-transcript-key": lambda case: formats.open_sealed(
        bytes.fromhex(case["workspaceKey_hex"]),
        workspaces.transcript_key_context(case["workspaceId"], case["keyNumber"], case["transcriptId"]),
        unb64(case["wrap"]),
    ),
    "refused workspace-index": lambda case: formats.open_sealed(
        bytes.fromhex(case["workspaceKey_hex"]),
        workspaces.index_context(case["workspaceId"], case["keyNumber"], case["indexRevision"]),
        sealed_of(case),
    ),
}


def answer(command):
    kind = command["do"]
    if kind == "baseline-open":
        return b64(formats.baseline_decrypt(formats.baseline_key(command["password"], command["email"]), unb64(command["blob"])))
    if kind == "baseline-seal":
        return b64(formats.baseline_encrypt(formats.baseline_key(command["password"], command["email"]), unb64(command["data"])))
    if kind == "open":
        return b64(formats.open_sealed(unb64(command["key"]), unb64(command["context"]), unb64(command["data"])))
    if kind == "seal":
        return b64(formats.seal(unb64(command["key"]), unb64(command["context"]), unb64(command["data"])))
    if kind == "share-open":
        # As somebody who has the link: its id, what stands behind the #, the password, and the bytes of the server.
        mode, secret = formats.read_fragment(command["fragment"])
        key, token = formats.derive_share(command["shareId"], mode, secret, command.get("password"))
        document = formats.open_sealed(key, formats.share_document_context(command["shareId"]), unb64(command["document"]))
        return {"accessToken": b64(token), "document": json.loads(document)}
    if kind == "share-seal":
        secret = unb64(command["linkSecret"])
        key, token = formats.derive_share(command["shareId"], command["mode"], secret, command.get("password"))
        return {
            "fragment": formats.share_fragment(command["mode"], secret),
            "accessToken": b64(token),
            "document": b64(
                formats.seal(key, formats.share_document_context(command["shareId"]), formats.pad_document(command["document"]))
            ),
            "link": b64(formats.seal(unb64(command["accountKey"]), formats.share_link_context(command["shareId"]), secret)),
        }
    if kind in REFUSABLE:
        REFUSABLE[kind](command)
        return "opens"
    root = formats.account_root(command["email"], command["password"], unb64(command["salt"]), command["iterations"])
    if kind == "auth-key":
        return b64(formats.auth_key(root))
    context = formats.account_key_context(
        command["accountId"], command["keyVersion"], command["iterations"], unb64(command["salt"])
    )
    if kind == "account-seal":
        # A whole small vault: account key, transcript key, card, parts and index, as another client would write it.
        account_key, transcript_key = unb64(command["accountKey"]), unb64(command["transcriptKey"])
        account_id, transcript_id = command["accountId"], command["transcriptId"]
        sealed, card = {}, dict(command["card"], parts={})
        for part in ("transcript", "words"):
            data = formats.seal(
                transcript_key, formats.part_context(part, transcript_id, 1), formats.pad_document(command[part])
            )
            sealed[part] = b64(data)
            card["parts"][part] = {"revision": 1, "sha256": formats.sha256(data)}
        data = formats.seal(transcript_key, formats.part_context("card", transcript_id, 1), formats.pad_document(card))
        index = {transcript_id: {"revision": 1, "sha256": formats.sha256(data)}}
        return {
            **sealed,
            "card": b64(data),
            "wrap": b64(formats.seal(root, context, account_key)),
            "key": b64(formats.seal(account_key, formats.transcript_key_context(account_id, transcript_id), transcript_key)),
            "index": b64(formats.seal(account_key, formats.index_context(account_id, 1), formats.pad_document(index))),
        }
    account_key = formats.open_sealed(root, context, unb64(command["wrap"]))
    transcript_id = command["transcriptId"]
    transcript_key = formats.open_sealed(
        account_key, formats.transcript_key_context(command["accountId"], transcript_id), unb64(command["key"])
    )
    card = formats.open_card(transcript_key, transcript_id, command["revision"], unb64(command["card"]))
    return {
        "card": card,
        "transcript": formats.open_part(transcript_key, transcript_id, card, "transcript", unb64(command["transcript"])),
        "words": formats.open_part(transcript_key, transcript_id, card, "words", unb64(command["words"])),
        "index": json.loads(
            formats.open_sealed(account_key, formats.index_context(command["accountId"], 1), unb64(command["index"]))
        ),
    }


for line in sys.stdin:
    try:
        print(json.dumps({"answer": answer(json.loads(line))}), flush=True)
    except formats.CannotOpen:
        print(json.dumps({"refused": True}), flush=True)
