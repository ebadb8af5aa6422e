"""A pack of the spine of blocks whose bulging has operating points: 20 % by Youden, and two sensitivities."""

from dataclasses import replace

from discgrader.packs.operating_points import OperatingPoints, Point
from discgrader.packs.pack import Pack
from fake_engine import fake_pack

BULGING = ("spider", "bulging")


def called_pack() -> Pack:
    """Made-up grades give the less likely answer 30 %."""
    curve = [Point(0.5, 0.6, 0.99), Point(0.25, 0.92, 0.7)]
    points = OperatingPoints("likeliest", Point(0.2, 0.95, 0.6), "made-up discs", curve)
    tasks = {"bulging": {"grades": ["0", "1"]}}
    return replace(fake_pack("spider"), tasks=tasks, operating_points={"bulging": points})
