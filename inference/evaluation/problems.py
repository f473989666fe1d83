"""What keeps an evaluation from being made."""


class EvaluationError(ValueError):
    """A file of the replay or the recording cannot be used; the text names it and the remedy."""
