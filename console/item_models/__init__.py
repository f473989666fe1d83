"""Qt item models over the snapshot and the ledger. They hold rows that were confirmed, and nothing else."""
