"""The pages of the window. No page knows another."""
