"""A detector that also looks into the hands of those it finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from inference.detection.gallery import Gallery, make_gallery
from inference.detection.hands import Window, cut_out, hand_windows
from inference.detection.manifest import find_models
from inference.detection.picture import Picture
from inference.detection.pool import Session, SessionMaker
from inference.detection.product_model import INPUT_PX, NAME, ProductModel, ProductSession, load_products
from inference.detection.session import MODEL_FOLDERS
from inference.messages import Detection

LEAST_SCORE = 0.35
"""People and wrists of lower scores are not looked at: neither is likely to be where it is said to be."""
MOST_HANDS = 16
"""In one picture; the nearest people first. Bounds what a crowd costs."""


def reading_hands(
    detector: SessionMaker,
    pictures: Mapping[str, Sequence[Path]],
    *,
    model: Path | str = NAME,
    folders: Sequence[Path] = MODEL_FOLDERS,
    cache: Path | None = None,
) -> SessionMaker:
    """The detector, looking into hands where the shop has ``pictures`` of its products (by sku).

    Without pictures, or without a model for them, it is the detector as it was. Raises ``ModelError`` for a
    model that is there and cannot be used.
    """
    if not any(pictures.values()) or (model == NAME and not _there(folders)):
        return detector
    products = load_products(model, folders)
    gallery = make_gallery(products, pictures, cache)
    return detector if gallery is None else HandReader(detector, products, gallery)


def _there(folders: Iterable[Path]) -> bool:
    return any(path.stem == NAME for path in find_models(folders))


class HandReader:
    """A detector with eyes for goods; gives each thread a session of both networks."""

    def __init__(self, detector: SessionMaker, model: ProductModel, gallery: Gallery) -> None:
        self._detector, self._model, self._gallery = detector, model, gallery

    @property
    def name(self) -> str:
        """The detector's."""
        return self._detector.name

    def session(self) -> HandSession:
        """A session for the calling thread. Raises ``ModelError``."""
        return HandSession(self._detector.session(), self._model.session(), self._gallery)


class HandSession:
    """Finds people in a picture, then what they hold."""

    def __init__(self, people: Session, products: ProductSession, gallery: Gallery) -> None:
        self._people, self._products, self._gallery = people, products, gallery

    def detect(self, image: Picture) -> tuple[Detection, ...]:
        """People in a BGR picture, with what their hands hold. Raises ``ModelError`` or ``ValueError``."""
        return self.look(image, self._people.detect(image))

    def look(self, image: Picture, people: Sequence[Detection]) -> tuple[Detection, ...]:
        """The same people with what their hands hold."""
        seen: list[tuple[int, Window]] = [
            (i, window)
            for i, person in enumerate(people)
            if person.score >= LEAST_SCORE
            for window in hand_windows(person, LEAST_SCORE)
        ]
        seen.sort(key=lambda item: -item[1].size)
        del seen[MOST_HANDS:]
        if not seen:
            return tuple(people)
        windows = [window for _, window in seen]
        embedding, held = self._products.embed(cut_out(image, windows, INPUT_PX))
        holdings = self._gallery.holdings([window.side for window in windows], embedding, held)
        found = list(people)
        for (i, _), holding in zip(seen, holdings, strict=True):
            found[i] = msgspec.structs.replace(found[i], holds=(*found[i].holds, holding))
        return tuple(found)
