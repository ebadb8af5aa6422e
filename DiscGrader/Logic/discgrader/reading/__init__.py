"""What a reader did with a study's grades: overrides, corrected boxes, status, undo, files, agreement."""
