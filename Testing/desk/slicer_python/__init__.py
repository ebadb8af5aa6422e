"""Stand-ins for the Python side of the Slicer application: ``slicer.app``, ``slicer.modules``, scripted modules."""
