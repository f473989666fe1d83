"""Where the engine's observations come from, in words."""

from __future__ import annotations

from console.item_models.words import span
from console.language import tr
from console.language.writing import up_to
from inference.messages.wire import SourceStatus


def speed_words(speed: float | None) -> str:
    """``4x``, or ``as fast as possible``."""
    return tr("as fast as possible") if speed is None else f"{up_to(speed, 2)}\N{MULTIPLICATION SIGN}"


def source_words(source: SourceStatus) -> tuple[str, str]:
    """Where the observations come from, and how far along; the same without the name."""
    if source.kind == "live":
        return tr("Live from {source}", source=source.name), tr("Live")
    where = span(source.position_s)
    if source.kind == "simulated":
        return (
            tr("Simulated, {source}, {time}", source=source.name, time=where),
            tr("Simulated, {time}", time=where),
        )
    if source.duration_s is not None:
        where = tr("{some} of {all}", some=where, all=span(source.duration_s))
    how = tr("ended") if source.ended else tr("paused") if source.paused else speed_words(source.speed)
    return (
        tr("Recording {source}, {where}, {how}", source=source.name, where=where, how=how),
        tr("Recording, {where}, {how}", where=where, how=how),
    )
