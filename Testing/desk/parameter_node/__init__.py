"""``slicer.parameterNodeWrapper``: typed members of a class that live in a parameter node of the scene.

What is stored, and under which names, is what Slicer stores: a scene that the desk saved opens in Slicer.
"""
