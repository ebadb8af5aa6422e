"""An engine that makes up its answers: the spine of blocks, whatever it is given."""

import threading
from dataclasses import replace

from discgrader.imaging.volume_part import VolumePart
from synthetic_result import synthetic_localization, synthetic_result


class BlockEngine:
    """Finds and grades the spine of blocks whatever it is given, and remembers what it was asked."""

    def __init__(self):
        self.made_up = synthetic_result()
        self.asked = []
        self.hold = None
        self.error = None

    def localize(self, study, settings, *, progress):
        self.asked.append(
            ("localize", [series.role for series in study.series], settings.margin_mm, settings.lowest_disc)
        )
        progress.report("Finding discs", 0.5)
        return replace(
            synthetic_localization(margin_mm=settings.margin_mm), series_name=study.series[0].name, warnings=()
        )

    def grade(self, study, settings, *, localization, progress, graded, explained):
        levels = [disc.level for disc in localization.discs]
        self.asked.append(("grade", levels, settings.systems, settings.saliency, threading.current_thread()))
        for step in range(5):
            progress.report("Grading", step / 5)
            if self.hold is not None:
                self.hold.wait(5)
        if self.error is not None:
            raise self.error
        made_up = self.made_up
        discs = {disc.disc.level: disc for disc in made_up.discs}
        keys = [key for key in made_up.saliency if settings.saliency and key[0] in levels]
        # A disc that was given another name is graded as the lowest of those that are made up.
        usual = made_up.discs[0]
        results = tuple(replace(discs.get(disc.level, usual), disc=disc) for disc in localization.discs)
        for result in results:
            graded(result)
        for level in levels if settings.saliency else ():
            own = {
                key[1:]: (study.series[0].name, VolumePart.of(made_up.saliency[key])) for key in keys if key[0] == level
            }
            explained(level, own)
        return replace(
            made_up,
            study=study,
            localization=localization,
            discs=results,
            saliency={key: made_up.saliency[key] for key in keys},
            saliency_series=dict.fromkeys(keys, study.series[0].name),
        )
