"""Every feature with its formula, its source and its code in the reference manual of the IBSI.

IBSI is the Image Biomarker Standardisation Initiative: Zwanenburg et al., Radiology 2020, 295:328-338; codes and
symbols are those of its reference manual (arXiv:1612.07003). Names are pyradiomics' (van Griethuysen et al., Cancer
Research 2017, 77:e104). Where the two differ, the value is pyradiomics', and ``note`` says how.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from discgrader.radiomics.catalog_tables import TABLES


@dataclass(frozen=True)
class Feature:
    """What is known of one feature.

    Parameters
    ----------
    family : str
        pyradiomics' feature class, such as ``glcm``.
    name : str
        pyradiomics' name of the feature in its class.
    ibsi : str
        Its IBSI code, empty when the manual does not have it.
    formula : str
        In the symbols that `CLASSES` explains for the class.
    source : str
        Who described the class first.
    note : str
        How the value differs from IBSI's, or why the feature is no longer computed.
    default : bool
        Whether it is among the features of its class when none is named.
    withdrawn : bool
        Whether pyradiomics gives no value for it any more; it is a hole here.
    """

    family: str
    name: str
    ibsi: str
    formula: str
    source: str
    note: str = ""
    default: bool = True
    withdrawn: bool = False


@dataclass(frozen=True)
class FeatureClass:
    """What is known of a class of features.

    Parameters
    ----------
    title : str
        What it is called in full.
    symbols : str
        What the symbols in its formulas mean.
    source : str
        Who described it first.
    """

    title: str
    symbols: str
    source: str


CLASSES: dict[str, FeatureClass] = {
    family: FeatureClass(title, symbols, source) for family, title, symbols, source, _ in TABLES
}
"""All feature classes by pyradiomics' name."""


@cache
def all_features() -> tuple[Feature, ...]:
    """All features, class by class, in the order of their names."""
    return tuple(sorted(_read(), key=lambda feature: (list(CLASSES).index(feature.family), feature.name)))


def find_feature(family: str, name: object) -> Feature | None:
    """The feature of this name, or None."""
    return _by_name().get((family, name)) if isinstance(name, str) else None


@cache
def _by_name() -> dict[tuple[str, str], Feature]:
    return {(feature.family, feature.name): feature for feature in all_features()}


def default_features(family: str) -> tuple[str, ...]:
    """Names of the features of a class that are computed when a parameter file names none."""
    return tuple(feature.name for feature in all_features() if feature.family == family and feature.default)


def _read() -> Iterator[Feature]:
    for family, _, _, source, rows in TABLES:
        for name, ibsi, formula, *more in rows:
            note = more[0] if more else ""
            withdrawn = note.startswith("withdrawn")
            extra = withdrawn or note.startswith("on request")
            yield Feature(family, name, ibsi, formula, source, note, default=not extra, withdrawn=withdrawn)
