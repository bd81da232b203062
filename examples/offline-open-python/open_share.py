"""Opens what somebody shared by a link, without any of Sealscribe's code: python3 open_share.py LINK FILE

FILE holds the sealed bytes, as `GET /v1/shared/ID` answers them to whoever sends the access token of the link; without FILE that
token is printed, for `curl -H "Authorization: Bearer TOKEN"`. The password of a link is asked for, or taken from
SEALSCRIBE_LINK_PASSWORD. The document goes to standard output, as JSON.
"""

import getpass
import json
import os
import re
import sys

from sealscribe_formats import (
    CannotOpen,
    derive_share,
    open_sealed,
    read_fragment,
    share_document_context,
    to_base64url,
)


def main():
    found = re.search(r"/s/([A-Za-z0-9_-]{22})#([A-Za-z0-9_-]+)$", sys.argv[1]) if len(sys.argv) in (2, 3) else None
    if not found:
        sys.exit(__doc__)
    share_id, fragment = found.groups()
    try:
        mode, secret = read_fragment(fragment)
        password = None
        if mode == 1:
            password = os.environ.get("SEALSCRIBE_LINK_PASSWORD") or getpass.getpass("Password: ")
        key, token = derive_share(share_id, mode, secret, password)
        if len(sys.argv) == 2:
            print(to_base64url(token))
            return
        with open(sys.argv[2], "rb") as file:
            document = open_sealed(key, share_document_context(share_id), file.read())
    except CannotOpen:
        sys.exit("Could not open: the link or its password is wrong, or the file was changed.")
    json.dump(json.loads(document), sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
