"""What floor tracking is worth: real recordings and simulated sessions, beside a plain tracker.

``python -m tests.support.floor_study`` writes the simulated scenarios' table, ``.real`` that of ``cmc1`` and
``pets09``, ``.ellipses`` whether covariances are right, ``.cost`` milliseconds a frame beside ByteTrack,
``.tune`` how the plain tracker's numbers were chosen.
"""
