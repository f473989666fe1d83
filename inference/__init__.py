"""From frames and grams to visits. No window, no money."""
