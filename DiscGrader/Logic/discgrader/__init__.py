"""DiscGrader: finds, names, boxes and grades the lumbar discs on MRI. Research use, not for diagnosis."""

__version__ = "0.1.0"

RESEARCH_USE = "Research use, not for diagnosis"
