"""Slice and 3D views: Slicer's logics, displayable managers and interactor styles, drawn into widgets of Qt."""
