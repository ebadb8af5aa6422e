"""One piece of work that a worker process was given, and what is known of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization
from discgrader.pipeline.compact_maps import CompactMaps
from discgrader.pipeline.engine import Maps
from discgrader.pipeline.regrade import alone
from discgrader.pipeline.service import WorkerListener


@dataclass(eq=False)
class WorkerRequest:
    """A piece of work that has not ended yet.

    Parameters
    ----------
    number : int
        By which the process knows it.
    kind : str
        One of `discgrader.pipeline.worker_process.JOBS`.
    study : Study
    localization : Localization or None
        None where the discs are to be found first.
    fields : mapping
        What else the process is told.
    listener : WorkerListener
    box : tuple of str, optional
        Study and level of a disc that is graded alone.
    stop_by : float, optional
        When, by the monotonic clock, the process is ended if it has not stopped by itself.
    replaced : bool
        Whether newer work has taken its place.
    over : bool
        Whether the listener has heard how it ended, though the process may still be at it.
    """

    number: int
    kind: str
    study: Study
    localization: Localization | None
    fields: dict[str, object]
    listener: WorkerListener
    box: tuple[str, str] | None = None
    stop_by: float | None = None
    replaced: bool = False
    over: bool = False
    discs: list[DiscResult] = field(default_factory=list)
    maps: CompactMaps = field(default_factory=CompactMaps)
    map_series: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def given_up(self) -> bool:
        """Whether nobody waits for what it comes to."""
        return self.replaced or self.stop_by is not None

    def found(self, localization: Localization) -> None:
        """The discs are these."""
        self.localization = localization
        self.listener.found(localization)

    def graded(self, result: DiscResult) -> None:
        """Grades of one disc: of the very one that was asked about, not of the copy that comes back."""
        if self.kind == "regrade":
            own = next(one for one in self.localization.discs if one.level == result.disc.level)
            self.localization = alone(self.localization, own)
        else:
            own = self.localization.discs[len(self.discs)]
        result = replace(result, disc=own)
        self.discs.append(result)
        self.listener.graded(result)

    def explained(self, level: str, maps: Maps) -> None:
        """Saliency maps of one disc."""
        for (system, task), (series, part) in maps.items():
            self.maps.add((level, system, task), part)
            self.map_series[level, system, task] = series
        self.listener.explained(level, maps)

    def value(self, fields: Mapping[str, object]) -> object:
        """What it came to, with what the process said at the end."""
        if self.kind == "find":
            return self.localization
        if self.kind == "explain":
            return self.maps, self.map_series
        return StudyResult(
            study=self.study,
            localization=self.localization,
            discs=tuple(self.discs),
            saliency=self.maps,
            saliency_series=self.map_series,
            warnings=tuple(fields["warnings"]),
            software=dict(fields["software"]),
        )
