"""How the shipped person networks are made: examples in, ONNX files with their manifests out.

The only package that knows torch, an extra (``pip install openaisle[train]``): the console, the engine and
the simulation run without it.
"""
