"""``main.py run --simulated --send``: one shopper, their receipt, and what they truly took."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

import typer

from console.cli.say import err, out
from inference.messages import VisitClosed
from inference.messages.wire import Answer, Refused, SendShopper, SentShopper, Wanted
from store_layout.model import StoreLayout

if TYPE_CHECKING:
    from inference.engine.engine import Engine


def parse_wanted(text: str) -> tuple[Wanted, ...]:
    """``SKU[:COUNT],...``; raises ``typer.BadParameter``. An empty text is somebody who only looks."""
    found = []
    for part in (part.strip() for part in text.split(",")):
        sku, colon, count = part.partition(":")
        if not part:
            continue
        if colon and not (count.isdecimal() and int(count) > 0):
            raise typer.BadParameter(f"{part!r}: write a product's number or a slot, and :COUNT where not 1")
        found.append(Wanted(sku, int(count) if colon else 1))
    return tuple(found)


class Sending:
    """Sends one shopper into a simulated store and ends the run when their visit has closed."""

    def __init__(self, wanted: tuple[Wanted, ...], layout: StoreLayout) -> None:
        self._wanted, self._layout = wanted, layout
        self._engine: Engine | None = None
        self._sent: SentShopper | None = None
        self.refused = ""
        """Why nobody was sent in."""

    def begin(self, engine: Engine) -> None:
        """As soon as the engine runs."""
        self._engine = engine
        engine.submit(SendShopper(self._wanted)).add_done_callback(self._answered)

    def visit(self, closed: VisitClosed) -> None:
        """Compare a closed visit with the truth, if it is theirs."""
        if self._engine is None or self._sent is None or closed.closed.token != self._sent.token:
            return
        newest = self._engine.newest()
        truly = next((s for s in newest.source.sent if s.token == self._sent.token), None) if newest else None
        if truly is not None:
            taken = {item.sku: item.count for item in truly.has}
            right = taken == {line.sku: line.quantity for line in closed.closed.lines}
            out.print(
                f"Truly taken: {self._words(truly.has)}. "
                f"The visit is {'exactly right' if right else 'not what was taken'}.",
                markup=False,
                highlight=False,
            )
        self._engine.stop()

    def _answered(self, future: Future[Answer]) -> None:
        match future.result():
            case SentShopper() as sent:
                self._sent = sent
                out.print(f"Sent in: somebody for {self._words(sent.wanted)}", markup=False, highlight=False)
            case Refused(why=why):
                self.refused = str(why)
                err.print(f"Nobody was sent in: {why}", style="red", markup=False)
                if self._engine is not None:
                    self._engine.stop()
            case _:
                pass

    def _words(self, items: tuple[Wanted, ...]) -> str:
        return ", ".join(f"{item.count} {self._name(item.sku)}" for item in items) or "nothing"

    def _name(self, sku: str) -> str:
        known = self._layout.products.get(sku)
        return known.name if known else sku
