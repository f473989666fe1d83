"""How a run is doing, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from inference.training.fit import FitReport
from inference.training.fit import Progress as Listener

SHARES = 1000
"""Steps of the bar."""


@contextmanager
def shown_on_terminal(title: str) -> Iterator[Listener]:
    """A bar that fills with the run's time; give what is yielded to :func:`inference.training.fit.fit`."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Progress(*columns) as bar:
        task = bar.add_task(title, total=SHARES, state="")
        best: list[float] = []

        def listen(report: FitReport) -> None:
            if report.ap50 is not None:
                best.append(report.ap50)
            bar.update(task, completed=round(SHARES * min(1.0, report.share)), state=_words(report, best))

        yield listen


def _words(report: FitReport, best: list[float]) -> str:
    words = [
        f"step {report.step}",
        f"loss {report.loss['total']:.2f}",
        f"{report.images_per_s:.0f} pictures/s",
    ]
    if report.waiting > 0.1:
        words.append(f"{100 * report.waiting:.0f} % waiting for pictures")
    if best:
        words.append(f"AP50 {best[-1]:.3f}")
    if report.wrists is not None:
        words.append(f"wrists {report.wrists:.3f}")
    return ", ".join(words)
