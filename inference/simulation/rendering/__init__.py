"""Pictures of a store that does not exist: procedural people, goods and rooms, seen by its cameras.

Needs the extra ``simulate``. Works without a display and without a graphics card.
"""
