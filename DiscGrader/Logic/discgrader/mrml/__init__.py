"""Results in a Slicer scene, and what a scene holds as the core's own types.

The core is in LPS; everything that goes into or comes out of a MRML node passes through `discgrader.mrml.nodes`, where
LPS becomes RAS. Nothing here is imported by the rest of the package unless a scene is asked for.
"""
