"""A session on disk: written while it happens, replayed as it was."""
