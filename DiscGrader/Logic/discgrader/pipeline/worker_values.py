"""Studies, discs and grades as the plain values of messages, and back without any change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from discgrader import errors
from discgrader.errors import DiscGraderError
from discgrader.grading.results import DiscResult, Grade
from discgrader.imaging.examination import Examination
from discgrader.imaging.left_out import LeftOut
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart
from discgrader.localize.disc import Disc, Localization, RoiBox
from discgrader.pipeline.engine import Maps

Plain = dict[str, object]


def study_to_plain(study: Study, ids: Sequence[int]) -> Plain:
    """A study whose volumes are sent apart under these ids, without its files and patient, which computing needs
    not."""
    series = [
        {
            "name": one.name,
            "volume": number,
            "plane": one.plane.value,
            "contrast": one.contrast.value,
            "contrast_reason": one.contrast_reason,
            "warnings": list(one.warnings),
            "probability": one.probability,
            "traits": list(one.traits),
        }
        for one, number in zip(study.series, ids, strict=True)
    ]
    return {
        "name": study.name,
        "series": series,
        "warnings": list(study.warnings),
        "left_out": [asdict(one) for one in study.left_out],
        "examination": None if study.examination is None else asdict(study.examination),
    }


def study_from_plain(plain: Plain, volumes: Mapping[int, Volume]) -> Study:
    """The study again, with its volumes by id."""
    series = tuple(
        Series(
            name=one["name"],
            volume=volumes[one["volume"]],
            plane=Plane(one["plane"]),
            contrast=Contrast(one["contrast"]),
            contrast_reason=one["contrast_reason"],
            warnings=tuple(one["warnings"]),
            probability=one["probability"],
            traits=tuple(one["traits"]),
        )
        for one in plain["series"]
    )
    left_out = tuple(LeftOut(**one) for one in plain["left_out"])
    examination = None if plain["examination"] is None else Examination(**plain["examination"])
    return Study(plain["name"], series, tuple(plain["warnings"]), left_out, examination)


def disc_to_plain(disc: Disc) -> Plain:
    """A disc with its box."""
    return {
        "index": int(disc.index_from_sacrum),
        "level": disc.level,
        "center": _numbers(disc.center_lps_mm),
        "measures": [float(disc.height_mm), float(disc.depth_mm), float(disc.width_mm)],
        "roi": [_numbers(one) for one in (disc.roi.center_lps_mm, disc.roi.axes_lps, disc.roi.size_mm)],
        "warnings": list(disc.warnings),
    }


def disc_from_plain(plain: Plain) -> Disc:
    """The disc again."""
    box = RoiBox(*(np.array(one, float) for one in plain["roi"]))
    center = np.array(plain["center"], float)
    return Disc(plain["index"], plain["level"], center, *plain["measures"], box, tuple(plain["warnings"]))


def localization_to_plain(localization: Localization, segmentation: int) -> Plain:
    """A localization whose segmentation is sent apart under this id."""
    return {
        "series_name": localization.series_name,
        "segmentation": segmentation,
        "discs": [disc_to_plain(disc) for disc in localization.discs],
        "others": [disc_to_plain(disc) for disc in localization.others],
        "warnings": list(localization.warnings),
        "name_doubts": list(localization.name_doubts),
        "misfits": list(localization.misfits),
        "grade_anyway": localization.grade_anyway,
        "name_probability": localization.name_probability,
        "name_alternatives": dict(localization.name_alternatives),
        "shifts": {name: _numbers(shift) for name, shift in localization.shifts_lps_mm.items()},
    }


def localization_from_plain(plain: Plain, segmentation: Volume) -> Localization:
    """The localization again."""
    return Localization(
        series_name=plain["series_name"],
        segmentation=segmentation,
        discs=tuple(disc_from_plain(one) for one in plain["discs"]),
        warnings=tuple(plain["warnings"]),
        shifts_lps_mm={name: np.array(shift, float) for name, shift in plain["shifts"].items()},
        others=tuple(disc_from_plain(one) for one in plain["others"]),
        name_doubts=tuple(plain["name_doubts"]),
        misfits=tuple(plain.get("misfits", ())),
        grade_anyway=bool(plain.get("grade_anyway", False)),
        name_probability=plain["name_probability"],
        name_alternatives=dict(plain["name_alternatives"]),
    )


def disc_result_to_plain(result: DiscResult) -> Plain:
    """A disc and its grades."""
    grades = [_grade_to_plain(grade) for grade in result.grades]
    return {"disc": disc_to_plain(result.disc), "grades": grades, "not_graded": dict(result.not_graded)}


def disc_result_from_plain(plain: Plain) -> DiscResult:
    """The disc and its grades again."""
    grades = (Grade(**{**one, "warnings": tuple(one["warnings"])}) for one in plain["grades"])
    return DiscResult(disc_from_plain(plain["disc"]), tuple(grades), plain["not_graded"])


def maps_to_plain(maps: Maps) -> tuple[list[Plain], tuple[np.ndarray, ...]]:
    """The saliency maps of a disc, and their voxels that are not zero."""
    plain = [
        {
            "system": system,
            "task": task,
            "series": series,
            "start": [int(one) for one in part.start],
            "shape": [int(one) for one in part.shape],
            "affine": affine_to_plain(part.affine_lps),
        }
        for (system, task), (series, part) in maps.items()
    ]
    return plain, tuple(part.values for _series, part in maps.values())


def maps_from_plain(plain: Sequence[Plain], arrays: Sequence[np.ndarray]) -> Maps:
    """The maps again."""
    return {
        (one["system"], one["task"]): (
            one["series"],
            VolumePart(values, tuple(one["start"]), tuple(one["shape"]), affine_from_plain(one["affine"])),
        )
        for one, values in zip(plain, arrays, strict=True)
    }


def affine_to_plain(affine: np.ndarray) -> list[list[float]]:
    """A matrix as nested lists."""
    return _numbers(affine)


def affine_from_plain(plain: list[list[float]]) -> np.ndarray:
    """The matrix again."""
    return np.array(plain, float)


def error_to_plain(error: Exception) -> Plain:
    """An error that the user is to read."""
    return {"error": str(error), "type": type(error).__name__}


def error_from_plain(plain: Plain) -> DiscGraderError:
    """The error again, as the same one of the family where it is of it."""
    kind = getattr(errors, str(plain["type"]), DiscGraderError)
    known = isinstance(kind, type) and issubclass(kind, DiscGraderError)
    return (kind if known else DiscGraderError)(str(plain["error"]))


def _numbers(array: np.ndarray) -> list:
    return np.asarray(array, float).tolist()


def _grade_to_plain(grade: Grade) -> Plain:
    return {
        "system": grade.system,
        "task": grade.task,
        "grade": grade.grade,
        "label": grade.label,
        "probabilities": {name: float(value) for name, value in grade.probabilities.items()},
        "evidence": dict(grade.evidence),
        "pack": grade.pack,
        "pack_version": grade.pack_version,
        "pack_sha256": grade.pack_sha256,
        "trained_on": grade.trained_on,
        "synthetic": bool(grade.synthetic),
        "warnings": list(grade.warnings),
    }
