"""What is chosen on the screen is the value that the command line's options become."""

from discgrader.localize.margin import DEFAULT_MARGIN_MM, MARGIN_RANGE_MM
from discgrader.pipeline.settings import Settings
from panel_reader import finish


def test_the_parameter_node_becomes_settings(panel) -> None:
    parameters = panel.parameters
    assert parameters.settings(panel.packs) == Settings(tuple(panel.packs))
    parameters.boxes.marginMm, parameters.grading.saliency, parameters.grading.systemsOff = 9.5, False, ["spider"]
    assert parameters.settings(panel.packs) == Settings(("pfirrmann",), 9.5, saliency=False)


def test_they_reach_the_engine(panel, user) -> None:
    asked = panel.logic.jobs.engine.asked
    panel.parameters.boxes.marginMm, panel.parameters.grading.saliency = 8.5, False
    panel.parameters.grading.systemsOff = ["spider"]
    finish(panel, user, panel.ui.findButton)
    finish(panel, user, panel.ui.gradeButton)
    assert [one[2:4] for one in asked] == [(8.5, None), (("pfirrmann",), False)]


def test_the_slider_has_the_range_of_the_margin_rule(panel) -> None:
    slider = panel.ui.marginSlider
    assert (slider.minimum, slider.maximum) == MARGIN_RANGE_MM and slider.value == DEFAULT_MARGIN_MM
