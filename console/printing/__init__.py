"""Receipts on paper, as PDF and as mail; printers, and the queue that remembers what was sent."""
