"""The screen for visitors: a process of its own that is watched, and that only a manager's PIN ends."""
