"""Made recording-v1.json, once, with the implementation in examples/offline-open-python: python3 make_recording_v1.py > recording-v1.json

The vectors are read, never made again: sealing is random, so that another run gives other bytes.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "examples" / "offline-open-python"))
import sealscribe_formats as formats  # noqa: E402

b64 = formats.to_base64url
TRANSCRIPT_KEY, RECORDING_KEY = bytes(range(32)), bytes(range(32, 64))
TRANSCRIPT_ID, RECORDING_ID = b64(bytes(range(16))), b64(bytes(range(16, 32)))


def case(name, sound):
    sealed = formats.seal_recording(RECORDING_KEY, TRANSCRIPT_ID, RECORDING_ID, sound)
    context = formats.recording_key_context(TRANSCRIPT_ID, RECORDING_ID)
    return {
        "id": name,
        "transcriptKey_hex": TRANSCRIPT_KEY.hex(),
        "transcriptId": TRANSCRIPT_ID,
        "recordingId": RECORDING_ID,
        "wrap": b64(formats.seal(TRANSCRIPT_KEY, context, RECORDING_KEY)),
        "size": len(sound),
        "sha256": formats.sha256_of_pieces(sealed),
        "sound": b64(sound),
        "sealed": b64(sealed),
    }


def refused(name, code, **changes):
    given = {**case(name, bytes(range(256)) * 8), **changes}
    return {**{key: value for key, value in given.items() if key != "sound"}, "code": code}


ids = (TRANSCRIPT_ID, RECORDING_ID)
sound = bytes(range(256)) * 8
unpadded = formats.seal(RECORDING_KEY, formats.recording_context(*ids), sound + b"\0")
json.dump(
    {
        "name": "recording-v1",
        "version": 1,
        "algorithm": 'docs/formats.md, section 3, "Recording"',
        "recordings": [
            case("empty", b""),
            case("one-byte", b"\xff"),
            case("a-chunk-and-a-byte", bytes(16_385)),
            case("counting", sound),
        ],
        "refused": [
            refused("another-recording-of-the-same-key", "authentication_failed", sha256=case("", sound)["sha256"]),
            refused("another-id", "authentication_failed", sealed=b64(formats.seal_recording(RECORDING_KEY, *ids[::-1], sound))),
            refused("unpadded", "invalid_document", sealed=b64(unpadded), sha256=formats.sha256_of_pieces(unpadded)),
            refused("another-size", "invalid_document", size=5),
        ],
    },
    sys.stdout,
    ensure_ascii=True,
    indent=1,
)
print()
