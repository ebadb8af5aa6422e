"""What a user chooses is one value, from the command line, from the screen and in a worker alike."""

import argparse
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from discgrader.cli.options import add_grading_options, add_rois_option, add_study_options, settings_from
from discgrader.errors import UsageError
from discgrader.localize.margin import MARGIN_RANGE_MM
from discgrader.pipeline.settings import Settings


def test_it_is_a_value() -> None:
    settings = Settings(systems=["msu", "pfirrmann"], margin_mm=9.0, lowest_disc="L4-L5", roles={"a": "T2"})
    assert settings == Settings(("msu", "pfirrmann"), 9.0, "L4-L5", roles={"a": "T2"}) != Settings()
    assert pickle.loads(pickle.dumps(settings)) == settings
    with pytest.raises(FrozenInstanceError):
        settings.margin_mm = 10.0


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"margin_mm": MARGIN_RANGE_MM[1] + 0.1}, "choose a value from 8 to 12 mm"),
        ({"lowest_disc": "L9"}, "There is no level L9"),
        ({"device": "tpu"}, "There is no device tpu"),
    ],
)
def test_what_is_no_choice_is_refused(choice: dict[str, object], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        Settings(**choice)


def test_the_command_lines_options_become_it() -> None:
    parser = argparse.ArgumentParser()
    for add in (add_grading_options, add_rois_option, add_study_options):
        add(parser)
    assert settings_from(parser.parse_args([])) == Settings()
    given = ["--system", "msu", "--margin-mm", "8.5", "--lowest-disc", "L4-L5", "--no-saliency", "--rois", "boxes"]
    assert settings_from(parser.parse_args([*given, "--role", "scan=T2", "--grade-anyway"])) == Settings(
        ("msu",), 8.5, "L4-L5", False, Path("boxes"), {"scan": "T2"}, grade_anyway=True
    )
