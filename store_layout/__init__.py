"""Where things are in a store: floor, fixtures, slots, cameras, scales, catalogue and planogram."""
