"""The operator's side: back office, engine supervision, and the window."""
