"""What STT.ai's Python SDK sends and reads, by hand, with the two libraries that it is built on.

Reads its orders from the environment, as the SDK's user would give them, and prints what it got as JSON.
"""
import functools
import json
import os
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlparse

import requests

BASE = os.environ["STT_BASE_URL"]
KEY = os.environ["STT_API_KEY"]
AUDIO = sys.argv[1]
HEADERS = {"Authorization": f"Bearer {KEY}"}


class STTError(Exception):
    pass


class AuthError(STTError):
    pass


class CreditError(STTError):
    pass


class RateLimitError(STTError):
    pass


def read(response):
    """JSON, or text where the answer is none; an error by its status, with the string behind "error"."""
    if response.ok:
        is_json = response.headers["content-type"].startswith("application/json")
        return response.json() if is_json else response.text
    classes = {401: AuthError, 403: AuthError, 402: CreditError, 429: RateLimitError}
    error = classes.get(response.status_code, STTError)(response.json()["error"])
    error.status_code = response.status_code
    error.retry_after = response.headers.get("Retry-After")
    raise error


def transcribe(path, model="large-v3-turbo", language="auto", diarize=True, speakers=0, response_format="json"):
    data = {
        "model": model,
        "language": language,
        "diarize": "true" if diarize else "false",
        "speakers": str(speakers),
        "response_format": response_format,
    }
    with open(path, "rb") as file:
        return read(requests.post(f"{BASE}/v1/transcribe", headers=HEADERS, files={"file": file}, data=data))


def transcribe_url(url):
    """Downloads it here, into a file with the address's extension, and sends that."""
    with tempfile.NamedTemporaryFile(suffix=os.path.splitext(urlparse(url).path)[1]) as copy:
        with requests.get(url, stream=True) as download:
            download.raise_for_status()
            for chunk in download.iter_content(8192):
                copy.write(chunk)
        copy.flush()
        return transcribe(copy.name)


def from_url():
    folder = functools.partial(QuietHandler, directory=os.path.dirname(AUDIO))
    with ThreadingHTTPServer(("127.0.0.1", 0), folder) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        try:
            return transcribe_url(f"http://127.0.0.1:{files.server_port}/{os.path.basename(AUDIO)}")
        finally:
            files.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def summarize(text, style="brief"):
    return read(requests.post(f"{BASE}/v1/summarize", headers=HEADERS, json={"text": text, "style": style}))


def get(path, headers=HEADERS):
    return read(requests.get(BASE + path, headers=headers))


def refused(work):
    try:
        work()
    except STTError as error:
        return {
            "class": type(error).__name__,
            "status": error.status_code,
            "message": str(error),
            "retryAfter": error.retry_after,
        }
    return None


def many_tokens():
    for _ in range(200):
        read(requests.post(f"{BASE}/v1/stream-tokens", headers=HEADERS))


def live():
    """Audio from the start, an empty frame at the end; what is new each time."""
    import ssl

    import websocket

    messages = []
    url = f"wss{BASE[5:]}/v1/stream?token={quote(KEY)}&model=large-v3-turbo&language=en"
    verify = {"ca_certs": os.environ["REQUESTS_CA_BUNDLE"], "cert_reqs": ssl.CERT_REQUIRED}
    socket = websocket.create_connection(url, sslopt=verify)

    def listen():
        while text := socket.recv():
            messages.append(json.loads(text))
            if messages[-1].get("final"):
                return

    listener = threading.Thread(target=listen)
    listener.start()
    with open(AUDIO, "rb") as file:
        file.seek(44)
        while chunk := file.read(4096):
            socket.send_binary(chunk)
    socket.send_binary(b"")
    listener.join()
    socket.close()
    return messages


def live_whole():
    """A config frame first, a stop at the end; the whole text each time."""
    import ssl

    import websocket

    verify = {"ca_certs": os.environ["REQUESTS_CA_BUNDLE"], "cert_reqs": ssl.CERT_REQUIRED}
    socket = websocket.create_connection(f"wss{BASE[5:]}/v1/stream", header=HEADERS, sslopt=verify)
    socket.send(json.dumps({"language": "en", "sample_rate": 16000}))
    messages = [json.loads(socket.recv())]
    with open(AUDIO, "rb") as file:
        file.seek(44)
        while chunk := file.read(4096):
            socket.send_binary(chunk)
    socket.send(json.dumps({"action": "stop"}))
    while not messages[-1].get("is_final"):
        messages.append(json.loads(socket.recv()))
    socket.close()
    return messages


def stranger():
    read(requests.get(f"{BASE}/v1/models", headers={"Authorization": "Bearer nobody"}))


print(
    json.dumps(
        {
            "health": get("/health", {}),
            "models": get("/v1/models"),
            "languages": get("/v1/languages"),
            "transcript": transcribe(AUDIO),
            "text": transcribe(AUDIO, diarize=False, response_format="text"),
            "srt": transcribe(AUDIO, diarize=False, response_format="srt"),
            "fromUrl": from_url(),
            "summary": refused(lambda: summarize("And so, my fellow Americans.")),
            "stranger": refused(stranger),
            "noModel": refused(lambda: transcribe(AUDIO, model="canary-1b")),
            "noRecording": refused(lambda: transcribe(__file__)),
            "tooOften": refused(many_tokens),
            **({"live": live(), "liveWhole": live_whole()} if "--live" in sys.argv else {}),
        }
    )
)
