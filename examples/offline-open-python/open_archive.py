"""Opens an archive without any of Sealscribe's code: python3 open_archive.py FILE EMAIL [ID [SOUND]]

Without ID it lists what there is; with the ID of a transcript or of a blob of private mode it prints that as JSON, and
writes the recording that is kept with the transcript to the file SOUND. The password is asked for, or taken from
SEALSCRIBE_PASSWORD. Everything is checked as the format asks: the index, then the card that it lists, then what the card
names. An archive comes from `sealscribe archive save` or GET /v1/account/export.
"""

import getpass
import json
import os
import sys
import tarfile

from sealscribe_formats import (
    CannotOpen,
    account_key_context,
    account_root,
    baseline_decrypt,
    baseline_key,
    from_base64url,
    index_context,
    normalize_email,
    open_card,
    open_part,
    open_recording,
    open_sealed,
    sha256,
    transcript_key_context,
)


class Archive:
    def __init__(self, path, email, password):
        with tarfile.open(path, "r:") as tar:
            self.files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}
        manifest = json.loads(self.files["manifest.json"])
        if (manifest["format"], manifest["version"]) != ("sealscribe-archive", 1):
            raise CannotOpen
        account = manifest["account"]
        if account["iterations"] < 600_000:
            raise CannotOpen
        self.account_id = account["accountId"]
        salt = from_base64url(account["salt"])
        root = account_root(email, password, salt, account["iterations"])
        context = account_key_context(self.account_id, account["keyVersion"], account["iterations"], salt)
        self.account_key = open_sealed(root, context, from_base64url(account["wraps"]["password"]))
        self.private_key = baseline_key(password, normalize_email(email))
        self.index = {}
        for name in self.files:
            if name.startswith("index."):
                context = index_context(self.account_id, int(name[6:]))
                self.index = json.loads(open_sealed(self.account_key, context, self.files[name]))

    def transcript_ids(self):
        return [id for id, entry in self.index.items() if not entry.get("deleted")]

    def blob_ids(self):
        return [name[6:28] for name in self.files if name.startswith("blobs/")]

    def open_card(self, id):
        """The card that the index lists, and the key of its transcript."""
        listed, folder = self.index[id], f"transcripts/{id}"
        try:
            key, sealed = self.files[f"{folder}/key"], self.files[f"{folder}/card.{listed['revision']}"]
        except KeyError:
            raise CannotOpen from None  # the index lists it, and the archive does not have it
        if sha256(sealed) != listed["sha256"]:
            raise CannotOpen
        key = open_sealed(self.account_key, transcript_key_context(self.account_id, id), key)
        return open_card(key, id, listed["revision"], sealed), key

    def open_transcript(self, id):
        card, key = self.open_card(id)
        parts = {}
        for part in ("transcript", "words"):
            sealed = self.files.get(f"transcripts/{id}/{part}.{card['parts'][part]['revision']}", b"")
            parts[part] = open_part(key, id, card, part, sealed)
        return {"card": card, **parts}

    def open_recording(self, id):
        card, _ = self.open_card(id)
        pieces = (name for name in self.files if name.startswith(f"transcripts/{id}/recording."))
        in_order = sorted(pieces, key=lambda name: int(name.rpartition(".")[2]))
        return open_recording(id, card["recording"], b"".join(self.files[name] for name in in_order))

    def open_blob(self, id):
        name = next(name for name in self.files if name.startswith(f"blobs/{id}."))
        return json.loads(baseline_decrypt(self.private_key, self.files[name]))


def main():
    if len(sys.argv) not in (3, 4, 5):
        sys.exit(__doc__)
    path, email, *wanted = sys.argv[1:]
    password = os.environ.get("SEALSCRIBE_PASSWORD") or getpass.getpass("Password: ")
    try:
        archive = Archive(path, email, password)
        if not wanted:
            for id in archive.transcript_ids():
                card, _ = archive.open_card(id)
                print(f"{id}  {card['createdAt']}  {card['title'] or card['fileName'] or ''}")
            for id in archive.blob_ids():
                print(f"{id}  private mode  {archive.open_blob(id).get('title', '')}")
        elif wanted[0] in archive.transcript_ids():
            if len(wanted) == 2:
                sound = archive.open_recording(wanted[0])
                with open(wanted[1], "wb") as file:
                    file.write(sound)
            print(json.dumps(archive.open_transcript(wanted[0]), ensure_ascii=False))
        elif wanted[0] in archive.blob_ids():
            print(json.dumps(archive.open_blob(wanted[0]), ensure_ascii=False))
        else:
            sys.exit("There is no such transcript in this archive.")
    except (CannotOpen, KeyError, ValueError, tarfile.TarError):
        sys.exit("Could not open: the password or email is wrong, or the archive was changed or cut off.")


if __name__ == "__main__":
    main()
