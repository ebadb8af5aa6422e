"""Stand-ins for the widgets of CTK that Slicer's modules use, written from their documented properties and signals."""
