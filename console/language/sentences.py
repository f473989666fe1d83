"""What the engine says, in the language that the window speaks.

The engine's sentences (``inference.messages.said``) have their English text for a key, as all texts here
do. A plain text is from before there were sentences, or is a device's own: it is shown as it stands.
"""

from __future__ import annotations

from console.language import tr
from inference.messages.said import Words


def in_words(words: Words) -> str:
    """To be shown now."""
    if isinstance(words, str):
        return words
    said = tr(words.text)
    if not words.values and not words.parts:
        return said
    return said.format_map({**words.values, **{name: in_words(part) for name, part in words.parts.items()}})
