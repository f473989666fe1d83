"""What settled shelf events teach about one store: unit weights, scales' noise, what the cameras are worth.

``cases``      what is learned from: events with what they were, and how sure that is
``settings``   numbers, with where they come from
``held_out``   whether an estimate says more about events that it was not made from
``weights``    what units of a product weigh
``scales``     how a scale errs, at rest and in its changes
``trust``      what places and hands are worth when it is asked who did it
``proposal``   all of it, as something that a person may apply

Pure: plain values in, plain values out. Who reads the ledger and who writes the store folder are others.
"""
