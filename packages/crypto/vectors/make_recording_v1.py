"""Made recording-v1.json, once, with the implementation in examples/offline-open-python: python3 make_recording_v1.py > recording-v1.json

The vectors are read, never made again: sealing is random, so that another run gives other bytes.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "examples" / "offline-open-python"))
import sealscribe_formats as formats  # noqa: E402

b64 = formats.to_base64url
KEY = bytes(range(32))
TRANSCRIPT_ID, RECORDING_ID = b64(bytes(range(16))), b64(bytes(range(16, 32)))


def case(name, sound):
    sealed = formats.seal_recording(KEY, TRANSCRIPT_ID, RECORDING_ID, sound)
    return {
        "id": name,
        "transcriptId": TRANSCRIPT_ID,
        "ref": {"id": RECORDING_ID, "key": b64(KEY), "size": len(sound), "sha256": formats.sha256_of_pieces(sealed)},
        "sound": b64(sound),
        "sealed": b64(sealed),
    }


def refused(name, code, sealed, **changes):
    named = case(name, SOUND)["ref"]
    return {
        "id": name,
        "code": code,
        "transcriptId": TRANSCRIPT_ID,
        "ref": {**named, "sha256": formats.sha256_of_pieces(sealed), **changes},
        "sealed": b64(sealed),
    }


ids = (TRANSCRIPT_ID, RECORDING_ID)
SOUND = bytes(range(256)) * 8
sealed = formats.seal_recording(KEY, *ids, SOUND)
unpadded = formats.seal(KEY, formats.recording_context(*ids), SOUND + b"\0")
other = formats.seal_recording(KEY, *ids, SOUND)
elsewhere = formats.seal_recording(KEY, *ids[::-1], SOUND)
json.dump(
    {
        "name": "recording-v1",
        "version": 1,
        "algorithm": 'docs/formats.md, section 3, "Recording"',
        "recordings": [
            case("empty", b""),
            case("one-byte", b"\xff"),
            case("a-chunk-and-a-byte", bytes(16_385)),
            case("counting", SOUND),
        ],
        "refused": [
            refused("another-of-the-same-key", "authentication_failed", other, sha256=formats.sha256_of_pieces(sealed)),
            refused("of-another-transcript", "authentication_failed", elsewhere),
            refused("cut", "authentication_failed", sealed[:-1]),
            refused("cut-in-the-header", "malformed", sealed[:40]),
            refused("another-key", "authentication_failed", sealed, key=b64(bytes(32))),
            refused("unpadded", "invalid_document", unpadded),
            refused("shorter-than-said", "invalid_document", sealed, size=5000),
            refused("longer-than-said", "invalid_document", sealed, size=5),
        ],
    },
    sys.stdout,
    ensure_ascii=True,
    indent=1,
)
print()
