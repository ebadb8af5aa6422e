"""Recipes of systems that grade from views."""
