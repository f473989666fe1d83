"""An HTTP camera on loopback that sends JPEG pictures one after another, good ones and bad ones."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Part = bytes | float
"""Bytes of a picture, or seconds to wait."""


class MjpegServer:
    """Serves what ``parts`` yields to everyone who connects; each connection gets its own run of it."""

    def __init__(self, parts: Callable[[], Iterable[Part]], login: str = "") -> None:
        """``login`` is ``user:password``; empty lets everybody in."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                server._serve(self)

        self._parts, self._login = parts, login
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.block_on_close = True
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,))
        self._thread.start()
        self.connections = 0

    @property
    def url(self) -> str:
        """Where the pictures are."""
        return f"http://127.0.0.1:{self._http.server_port}/video"

    def close(self) -> None:
        """Stop serving and wait for the threads."""
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Authorization", "")
        if self._login and asked != "Basic " + base64.b64encode(self._login.encode()).decode():
            request.send_response(401)
            request.send_header("WWW-Authenticate", 'Basic realm="camera"')
            request.end_headers()
            return
        self.connections += 1
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        try:
            self._send_all(request)
        except OSError:
            return  # the camera thread hung up

    def _send_all(self, request: BaseHTTPRequestHandler) -> None:
        for part in self._parts():
            if self._closing.is_set():
                return
            if isinstance(part, float):
                self._wait(part)
                continue
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(part)}\r\n\r\n".encode()
            request.wfile.write(head + part + b"\r\n")
            request.wfile.flush()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._closing.is_set():
            self._closing.wait(min(left, 0.5))
