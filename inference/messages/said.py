"""Sentences for people: what :mod:`store_layout.said` says of them, under the name that the engine knows."""

from __future__ import annotations

from store_layout.said import Said, Value, Words, in_english, said, words_of

__all__ = ["Said", "Value", "Words", "in_english", "said", "words_of"]
