"""What is wrong with a wire to a printer, in words, and what to look at: the system says it in numbers."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator

_IS_IT_ON = "is the printer on, and in this network?"
_WORDS = {
    errno.ECONNREFUSED: "nobody answers at that port: is the printer on, and is that its address? "
    "Most printers listen at port 9100",
    errno.EHOSTUNREACH: f"cannot be reached: {_IS_IT_ON}",
    errno.ENETUNREACH: f"cannot be reached: {_IS_IT_ON}",
    errno.ETIMEDOUT: f"does not answer: {_IS_IT_ON}",
    errno.ECONNRESET: "the printer closed the connection",
    errno.EPIPE: "the printer closed the connection",
    errno.ENOENT: "there is no such device: is the printer on, and its cable in?",
    errno.ENODEV: "there is no such device: is the printer on, and its cable in?",
    errno.ENXIO: "there is no such device: is the printer on, and its cable in?",
    errno.EIO: "the device does not answer: is the printer on, and its cable in?",
    errno.EACCES: "this user may not use it: have them added to the group of the device (dialout or lp)",
    errno.EPERM: "this user may not use it: have them added to the group of the device (dialout or lp)",
    errno.EBUSY: "another program is using it: end that one",
    errno.EISDIR: "that is a folder: name the printer's device, or a file in it",
    errno.ENOSPC: "the disk is full: make room on it",
    errno.EROFS: "nothing can be written there: name another file",
}
_NO_SUCH_NAME = "there is no computer of that name: check it, or write the printer's IP address"
_NO_USB = "there is no such printer at USB: is it on, and its cable in?"


def why(error: Exception) -> str:
    """The reason in words, with what to look at; what nobody foresaw as the library says it."""
    for each in _causes(error):
        if isinstance(each, socket.gaierror):
            return _NO_SUCH_NAME
        if isinstance(each, TimeoutError):
            return _WORDS[errno.ETIMEDOUT]
        if isinstance(each, OSError) and (words := _WORDS.get(each.errno or 0)):
            return words
    said = str(error).strip().splitlines() or [type(error).__name__]
    if (number := re.search(r"\[Errno (\d+)\]", said[-1])) and (words := _WORDS.get(int(number[1]))):
        return words  # the library puts the system's error into a text of its own
    if "not found or cable not plugged in" in said[-1]:
        return _NO_USB
    return said[-1]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the innermost last."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
