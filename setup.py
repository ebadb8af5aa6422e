"""The packages to install; everything else stands in pyproject.toml."""

from setuptools import find_packages, setup

# Resources lies outside of Logic, as Slicer wants it, and becomes a folder of the package when that is installed.
setup(packages=[*find_packages("DiscGrader/Logic"), "discgrader.Resources"])
