"""An RTSP camera on loopback: run as a script by the system's Python, which has GStreamer's bindings.

Debian: python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good
gstreamer1.0-plugins-ugly. The test process itself imports only :class:`RtspServer`.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from pathlib import Path

SYSTEM_PYTHON = Path("/usr/bin/python3")
PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
    "gstreamer1.0-plugins-ugly"
)


class RtspServer:
    """A moving test picture at ``rtsp://127.0.0.1:PORT/cam``, in a process of its own."""

    def __init__(self, width: int = 320, height: int = 240, fps: int = 15, login: str = "") -> None:
        """``login`` is ``user:password``; empty lets everybody in. Raises ``RuntimeError``."""
        self._options = [f"--width={width}", f"--height={height}", f"--fps={fps}", f"--login={login}"]
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Where the picture is, without a password."""
        return f"rtsp://127.0.0.1:{self._port}/cam"

    def start(self) -> None:
        """Serve; on the same port as before after a :meth:`kill`."""
        command = [str(SYSTEM_PYTHON), str(Path(__file__).resolve()), f"--port={self._port}", *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            if line.startswith("ready "):
                self._port = int(line.split()[1])
                return
            said.append(line)
        self.kill()
        raise RuntimeError(f"no RTSP server (needs {PACKAGES}): {''.join(said)[-300:]}")

    def freeze(self) -> None:
        """The process stops dead; its connections stay open and silent."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after :meth:`freeze`."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End at once, as in a power cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


def _serve(options: argparse.Namespace) -> None:
    """Runs under the system's Python only."""
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer

    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        f"( videotestsrc is-live=true pattern=ball ! "
        f"video/x-raw,width={options.width},height={options.height},framerate={options.fps}/1 ! "
        f"x264enc tune=zerolatency speed-preset=ultrafast key-int-max={options.fps} threads=1 ! "
        f"rtph264pay name=pay0 pt=96 config-interval=1 )"
    )
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    if options.login:
        _ask_for(options.login, server, factory, GstRtspServer, Gst)
    server.get_mount_points().add_factory("/cam", factory)
    if not server.attach(None):
        sys.exit("the port is taken")
    print(f"ready {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


def _ask_for(login: str, server: object, factory: object, rtsp: object, gst: object) -> None:
    """Let in only who shows ``user:password``."""
    user, password = login.split(":", 1)
    auth = rtsp.RTSPAuth()  # type: ignore[attr-defined]  # the bindings have no types
    token = rtsp.RTSPToken()  # type: ignore[attr-defined]  # the bindings have no types
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(rtsp.RTSPAuth.make_basic(user, password), token)  # type: ignore[attr-defined]  # no types
    server.set_auth(auth)  # type: ignore[attr-defined]  # the bindings have no types
    role, _ = gst.Structure.from_string(  # type: ignore[attr-defined]  # the bindings have no types
        "viewer, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
    )
    factory.add_role_from_structure(role)  # type: ignore[attr-defined]  # the bindings have no types


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    for name, default in (("port", 0), ("width", 320), ("height", 240), ("fps", 15)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--login", default="")
    return parser


if __name__ == "__main__":
    _serve(_parser().parse_args())
