"""The figures of papers/pfirrmann_radiomics.txt, to stand beside one's own."""

from collections.abc import Mapping

PUBLISHED_GRADES: Mapping[str, Mapping[str, object]] = {
    "TabPFN, published": {
        "auroc": {"value": 0.867, "low": 0.822, "high": 0.904},
        "auprc": {"value": 0.667, "low": 0.586, "high": 0.735},
        "f1": {"value": 0.621, "low": 0.546, "high": 0.677},
        "accuracy": {"value": 0.603, "low": 0.538, "high": 0.676},
        "mcc": {"value": 0.500, "low": 0.410, "high": 0.587},
        "brier": {"value": 0.107, "low": 0.092, "high": 0.123},
    },
    "LightGBM, published": {"auroc": 0.873},
    "Random forest, published": {"auroc": 0.872},
}
"""Five grades, on the paper's own 20 % of SPIDER's 218 patients."""

PUBLISHED_BINARY: Mapping[str, Mapping[str, object]] = {
    "All three, published": {"auroc": "≥ 0.93", "accuracy": "≈ 0.86"}
}
"""Low against high."""

AIM: Mapping[str, float] = {"auroc": 0.92, "accuracy": 0.70, "qwk": 0.85, "binary_auroc": 0.96}
"""What the project set itself for its own model, cross-validated."""

DIFFERENCES = (
    (
        "The paper used all 218 patients with 16-bit stacks of every sequence; what is measured here depends on the "
        "data given."
    ),
    "It took deep features of a ResNet-50; as shipped, EfficientNet-Lite0 stands in for it.",
    "Its LASSO kept 680 columns; how its penalty was chosen is not stated, here it is cross-validated.",
    (
        "What it calls calibration depth is not described; here every grade's calibration error, slope and offset are "
        "given."
    ),
)
"""In what the evaluation differs from the paper."""
