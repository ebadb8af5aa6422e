"""Recipes of systems that look at discs through windows."""
