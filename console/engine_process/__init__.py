"""The engine as a process of its own: starting it, watching it, talking to it."""
