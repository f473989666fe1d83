"""How the console looks: tokens, palette, style sheet, icons and fonts. Knows nothing of shops."""
