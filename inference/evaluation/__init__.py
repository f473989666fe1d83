"""How right a replay was, where the truth is known."""
