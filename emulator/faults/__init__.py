"""Faults that can be switched on while the emulator runs.

`table.FAULTS` lists the kinds of faults that every forge knows: a new one is one function and one row there. A kind of
forge adds its own, and says how it is struck by those that depend on its answers. Presets are faults made ready.
"""
