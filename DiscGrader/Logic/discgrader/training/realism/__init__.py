"""Evaluation of the digital spine against real MRI."""
