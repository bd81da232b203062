"""Opens a baseline blob without any of Sealscribe's code: python3 open_blob.py FILE EMAIL

The password is asked for, or taken from SEALSCRIBE_PASSWORD. FILE holds the raw bytes (iv || ciphertext || tag) or their
base64 text. The plaintext goes to standard output.
"""

import base64
import binascii
import getpass
import os
import sys

from sealscribe_formats import CannotOpen, baseline_decrypt, baseline_key


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, email = sys.argv[1:]
    with open(path, "rb") as file:
        blob = file.read()
    try:
        blob = base64.b64decode(blob.strip(), validate=True)
    except binascii.Error:
        pass  # raw bytes
    password = os.environ.get("SEALSCRIBE_PASSWORD") or getpass.getpass("Password: ")
    try:
        sys.stdout.buffer.write(baseline_decrypt(baseline_key(password, email), blob))
    except CannotOpen:
        sys.exit("Could not open: the password or email is wrong, or the file was changed.")


if __name__ == "__main__":
    main()
