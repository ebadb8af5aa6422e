"""Studies of a data set, each series taken for what its header or name says it is."""

from dataclasses import replace
from pathlib import Path

from discgrader.imaging.dicom_contrast import contrast_from_dicom
from discgrader.imaging.names import contrast_from_name
from discgrader.imaging.study import Series, Study
from discgrader.imaging.study_reader import read_study


def read_named_study(path: Path) -> Study:
    """A study whose names are believed against the pictures: whoever made a data set knew what they put into it.

    A picture whose contrast is told by neither header nor name stays what it looks like.

    Raises
    ------
    StudyError
        As `read_study`.
    """
    study = read_study(path)
    return replace(study, series=tuple(map(_as_named, study.series)))


def _as_named(series: Series) -> Series:
    told = contrast_from_dicom(series.identity or {}) or contrast_from_name(series.name)
    if told is None or told.contrast is series.contrast:
        return series
    return replace(series, contrast=told.contrast, contrast_reason=told.reason, warnings=told.warnings)
