"""The other side of python.test.ts: reads one JSON command a line, answers one JSON line."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "examples" / "offline-open-python"))
import sealscribe_formats as formats  # noqa: E402
import sealscribe_workspaces as workspaces  # noqa: E402

b64, unb64 = formats.to_base64url, formats.from_base64url
CONTEXTS = {
    "recovery-key": lambda c: formats.recovery_key_context(c["accountId"]),
    "device-key": lambda c: formats.device_key_context(c["accountId"]),
    "search-entry": lambda c: formats.search_entry_context(c["accountId"], c["transcriptId"], c["revision"], c["sha256"]),
    "private-key": lambda c: workspaces.private_key_context(c["accountId"], unb64(c["publicKey"])),
    "workspace-transcript-key": lambda c: workspaces.transcript_key_context(c["workspaceId"], c["keyNumber"], c["transcriptId"]),
    "workspace-index": lambda c: workspaces.index_context(c["workspaceId"], c["keyNumber"], c["revision"]),
    "workspace-card": lambda c: workspaces.card_context(c["workspaceId"], c["epoch"]),
    "membership": lambda c: workspaces.membership_context(c["accountId"], c["workspaceId"]),
}


def info_of(c):
    members = [(m["accountId"], m["role"], unb64(m["fingerprint"])) for m in c["members"]]
    hash_ = workspaces.roster_hash(c["workspaceId"], c["epoch"], c["keyNumber"], unb64(c["previous"]), members)
    return workspaces.delivery_info(c["workspaceId"], c["epoch"], c["keyNumber"], c["sender"], c["recipient"], hash_)


def answer(c):
    kind = c["do"]
    if kind == "fingerprint":
        return b64(workspaces.fingerprint(c["accountId"], unb64(c["publicKey"])))
    if kind == "recovery-auth-key":
        return b64(formats.recovery_auth_key(unb64(c["key"])))
    if kind == "deliver":
        return b64(workspaces.deliver_key(workspaces.load_private(unb64(c["privateKey"])), unb64(c["publicKey"]), info_of(c), unb64(c["data"])))
    if kind == "receive":
        return b64(workspaces.open_delivery(workspaces.load_private(unb64(c["privateKey"])), unb64(c["publicKey"]), info_of(c), unb64(c["data"])))
    context, key, data = CONTEXTS[c["what"]](c), unb64(c["key"]), unb64(c["data"])
    return b64(formats.seal(key, context, data) if kind == "seal" else formats.open_sealed(key, context, data))


for line in sys.stdin:
    try:
        print(json.dumps({"answer": answer(json.loads(line))}), flush=True)
    except formats.CannotOpen:
        print(json.dumps({"refused": True}), flush=True)
