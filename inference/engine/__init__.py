"""The running engine: one state thread around the pipeline, and everything that makes it survive.

``engine``             the state thread
``source``             where observations come from; ``live`` for devices, ``source`` for a recording
``journal``            observations on disk before they count; ``checkpoint``, ``recovery``, ``opening``
``appearance_memory``  what people look like, in shared memory only
``outbox``             closed visits on their way to the ledger
``view``               results into the snapshot that a window polls
``pictures``           camera pictures through shared memory
``commands``           requests from a window, answered

A kill at any instant loses nothing that was journaled: at the next start the newest checkpoint is restored,
the journal replayed after it, visits are posted again (which changes nothing), and the source goes on.
"""
