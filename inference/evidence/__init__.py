"""What is kept of a shelf event that a person may be asked about: pictures, weights, and who was where.

``recent``     the last seconds of everything, in memory, gathered by the state thread
``film``       the cameras' pictures of that time, small and encoded
``views``      which cameras see the hand best
``heads``      makes heads unrecognisable; before anything is written
``keeper``     gathers a ``piece`` of each event when it is over
``cutter``     a thread that holds the pieces until their visits are over
``writer``     writes those that are asked for
``manifest``   what stands beside the pictures
``kept``       finds what was written; the back office removes it when its time is over

Nothing of it has any part in who took what: visits are the same bytes with and without it. What is in memory
dies with the engine; what was written is whole.
"""
