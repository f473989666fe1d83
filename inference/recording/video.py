"""Pictures of a recording: H.264 files that may end anywhere, and folders of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.recording.format import RecordingError

if TYPE_CHECKING:
    import av
    from av.video.stream import VideoStream

Image = NDArray[np.uint8]
KEYFRAME_EVERY = 30


class VideoFile:
    """Encodes pictures of one size as H.264 in a fragmented MP4: readable up to the last whole fragment."""

    def __init__(self, path: Path, width: int, height: int, fps: float, crf: int = 23) -> None:
        """``crf``: x264's constant quality, 0 to 51; six more halve the size."""
        import av  # here, and below: a window opens recordings, and looks into few of them
        from av.video.stream import VideoStream

        path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(
            str(path), "w", format="mp4", options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}
        )
        rate = Fraction(fps).limit_denominator(1000)
        stream = self._container.add_stream("libx264", rate=rate)
        assert isinstance(stream, VideoStream)  # noqa: S101 - what PyAV documents for libx264
        # H.264 with 4:2:0 colours has even sizes only; the last odd row or column is given up.
        stream.width, stream.height = width - width % 2, height - height % 2
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": str(crf), "g": str(KEYFRAME_EVERY), "bf": "0"}
        stream.codec_context.thread_count = 1
        self._stream = stream
        self.size = (width, height)

    def write(self, image: Image) -> None:
        """Append one BGR picture ``[height, width, 3]`` of the file's size."""
        from av.video.frame import VideoFrame

        if (image.shape[1], image.shape[0]) != self.size:
            raise RecordingError(
                f"a picture of {image.shape[1]}x{image.shape[0]} in a video of {self.size[0]}x{self.size[1]}"
            )
        even = np.ascontiguousarray(image[: self._stream.height, : self._stream.width])
        self._container.mux(self._stream.encode(VideoFrame.from_ndarray(even, format="bgr24")))

    def close(self) -> None:
        """Write what the encoder still holds and end the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


def read_video(path: Path, first: int = 0) -> Iterator[Image]:
    """Pictures (BGR) of a video in order of presentation, beginning with number ``first``.

    Seeks to the key frame before ``first``, so that a late start is quick. Ends quietly where a file that
    was cut off ends; raises :class:`RecordingError` where it cannot be opened or decoded.
    """
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            start = _seek(container, stream, first) if first else None
            for frame in container.decode(stream):
                if start is None or (frame.pts is not None and frame.pts >= start):
                    yield np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
    except (av.FFmpegError, IndexError, OSError) as error:
        raise RecordingError(f"{path.name}: the video cannot be decoded: {error}") from error


def _seek(container: av.container.InputContainer, stream: VideoStream, first: int) -> int:
    """Go to the key frame before frame ``first``; return the time stamp of frame ``first``."""
    stamps = sorted(p.pts for p in container.demux(stream) if p.pts is not None)
    start = stamps[first] if first < len(stamps) else (stamps[-1] + 1 if stamps else 0)
    container.seek(start, stream=stream, backward=True)
    return start


def read_picture(path: Path) -> Image:
    """One picture (BGR). Raises :class:`RecordingError` where there is none that can be decoded."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
    if image is None:
        raise RecordingError(f"{path.name}: no picture that can be decoded")
    return np.asarray(image, dtype=np.uint8)
