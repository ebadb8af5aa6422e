"""Stand-ins for Slicer's qMRML widgets, written from their documented properties, methods and signals."""
