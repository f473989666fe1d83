"""What is wrong with a wire to a printer, in words, and what to look at: the system says it in numbers."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator

from console.language import tr, tr_noop

_CLOSED = tr_noop("the printer closed the connection")
_NO_DEVICE = tr_noop("there is no such device: is the printer on, and its cable in?")
_NOT_REACHED = tr_noop("cannot be reached: is the printer on, and in this network?")
_NOT_ALLOWED = tr_noop("this user may not use it: have them added to the group of the device (dialout or lp)")
_WORDS = {
    errno.ECONNREFUSED: tr_noop(
        "nobody answers at that port: is the printer on, and is that its address? "
        "Most printers listen at port 9100"
    ),
    errno.EHOSTUNREACH: _NOT_REACHED,
    errno.ENETUNREACH: _NOT_REACHED,
    errno.ETIMEDOUT: tr_noop("does not answer: is the printer on, and in this network?"),
    errno.ECONNRESET: _CLOSED,
    errno.EPIPE: _CLOSED,
    errno.ENOENT: _NO_DEVICE,
    errno.ENODEV: _NO_DEVICE,
    errno.ENXIO: _NO_DEVICE,
    errno.EIO: tr_noop("the device does not answer: is the printer on, and its cable in?"),
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EBUSY: tr_noop("another program is using it: end that one"),
    errno.EISDIR: tr_noop("that is a folder: name the printer's device, or a file in it"),
    errno.ENOSPC: tr_noop("the disk is full: make room on it"),
    errno.EROFS: tr_noop("nothing can be written there: name another file"),
}
_NO_SUCH_NAME = tr_noop("there is no computer of that name: check it, or write the printer's IP address")
_NO_USB = tr_noop("there is no such printer at USB: is it on, and its cable in?")


def why(error: Exception) -> str:
    """The reason in words, with what to look at; what nobody foresaw as the library says it."""
    for each in _causes(error):
        if isinstance(each, socket.gaierror):
            return tr(_NO_SUCH_NAME)
        if isinstance(each, TimeoutError):
            return tr(_WORDS[errno.ETIMEDOUT])
        if isinstance(each, OSError) and (words := _WORDS.get(each.errno or 0)):
            return tr(words)
    said = str(error).strip().splitlines() or [type(error).__name__]
    if (number := re.search(r"\[Errno (\d+)\]", said[-1])) and (words := _WORDS.get(int(number[1]))):
        return tr(words)  # the library puts the system's error into a text of its own
    if "not found or cable not plugged in" in said[-1]:
        return tr(_NO_USB)
    return said[-1]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the innermost last."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
