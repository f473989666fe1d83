"""What an operator can do and what the console knows of the store, one file per noun. Nothing here draws."""
