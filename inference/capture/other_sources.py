"""Pictures from a folder, and from a USB camera."""

from __future__ import annotations

import os
import sys

import cv2
import numpy as np

from inference.capture.camera_urls import PICTURE_SUFFIXES, CameraUrl
from inference.capture.sources import (
    BadPictureError,
    Image,
    RawPicture,
    Size,
    SourceEnded,
    SourceError,
    fitted,
)
from inference.messages.said import said

USB_READ_TIMEOUT_S = 2
DEFAULT_FOLDER_FPS = 10.0


class PictureFolderSource:
    """The JPEG and PNG files of a folder in the order of their names, so many a second."""

    live = False

    def __init__(self, url: CameraUrl, fps: float | None = None) -> None:
        """``fps`` where the address does not say it. Raises :class:`SourceError`."""
        try:
            files = [p for p in url.path.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES]
        except OSError as error:
            raise SourceError(
                said("the folder {path} cannot be read: {strerror}", path=url.path, strerror=error.strerror)
            ) from error
        if not files:
            raise SourceError(said("the folder {path} holds no .jpg or .png file", path=url.path))
        self._files = sorted(files)
        self._period = 1.0 / (url.fps or fps or DEFAULT_FOLDER_FPS)
        self._next = 0

    def read(self) -> RawPicture:
        """The next picture; one that cannot be decoded still takes its time."""
        if self._next >= len(self._files):
            raise SourceEnded
        index, self._next = self._next, self._next + 1
        path = self._files[index]
        try:
            decoded = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        except (OSError, cv2.error) as error:
            raise BadPictureError(
                said("{name} cannot be read: {error}", name=path.name, error=error)
            ) from error
        if decoded is None:
            raise BadPictureError(said("{name} is not a picture", name=path.name))
        image = np.asarray(decoded, np.uint8)
        return RawPicture(index * self._period, lambda size: scaled(image, size))

    def close(self) -> None:
        """Nothing to let go of."""


class UsbSource:
    """A camera on this computer, through OpenCV: PyAV's wheels have no device input."""

    live = True

    def __init__(self, index: int) -> None:
        """Raises :class:`SourceError`."""
        # OpenCV waits 10 s for a Video4Linux frame unless told otherwise, and reads this once.
        os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(USB_READ_TIMEOUT_S))
        self._name = f"USB camera {index}"
        backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
        self._capture = cv2.VideoCapture(index, backend)
        if not self._capture.isOpened():
            self._capture.release()
            raise SourceError(
                said(
                    "{name} is not there or in use: check its cable and close other programs", name=self._name
                )
            )
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> RawPicture:
        """The next picture."""
        ok, decoded = self._capture.read()
        if not ok or decoded is None:
            raise SourceError(said("{name} stopped sending: check its cable", name=self._name))
        image = np.asarray(decoded, np.uint8)
        return RawPicture(None, lambda size: scaled(image, size))

    @property
    def size(self) -> Size:
        """Width and height of its pictures."""
        get = self._capture.get
        return int(get(cv2.CAP_PROP_FRAME_WIDTH)), int(get(cv2.CAP_PROP_FRAME_HEIGHT))

    def close(self) -> None:
        """Let go of the device."""
        self._capture.release()


def scaled(image: Image, within: Size | None) -> Image:
    """``image`` made smaller to fit into a size (width, height); the same array where nothing is to do."""
    full = (image.shape[1], image.shape[0])
    size = fitted(full, within)
    if size == full:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
