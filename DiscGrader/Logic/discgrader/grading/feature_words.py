"""Names of features in words that a radiologist reads."""

from discgrader.grading.evidence import MEASURES

_FIRST_ORDER = {
    "10Percentile": "signal of the darkest tenth",
    "90Percentile": "signal of the brightest tenth",
    "Energy": "sum of squared signal",
    "Entropy": "spread of gray levels",
    "InterquartileRange": "middle half of the signal range",
    "Kurtosis": "kurtosis of the signal",
    "Maximum": "brightest signal",
    "MeanAbsoluteDeviation": "mean absolute deviation of the signal",
    "Mean": "mean signal",
    "Median": "median signal",
    "Minimum": "darkest signal",
    "Range": "range of the signal",
    "RobustMeanAbsoluteDeviation": "mean absolute deviation of the signal without extremes",
    "RootMeanSquared": "root mean square of the signal",
    "Skewness": "skewness of the signal",
    "TotalEnergy": "sum of squared signal by volume",
    "Uniformity": "uniformity of gray levels",
    "Variance": "variance of the signal",
    "StandardDeviation": "standard deviation of the signal",
}
_SHAPE = {
    "Elongation": "elongation",
    "Flatness": "flatness",
    "LeastAxisLength": "shortest axis",
    "MajorAxisLength": "longest axis",
    "MinorAxisLength": "second axis",
    "Maximum2DDiameterColumn": "largest diameter across columns",
    "Maximum2DDiameterRow": "largest diameter across rows",
    "Maximum2DDiameterSlice": "largest diameter in the slice",
    "Maximum3DDiameter": "largest diameter",
    "MaximumDiameter": "largest diameter",
    "MeshVolume": "volume",
    "VoxelVolume": "volume, counted in voxels",
    "MeshSurface": "area in the slice",
    "PixelSurface": "area in the slice, counted in pixels",
    "Perimeter": "perimeter",
    "PerimeterSurfaceRatio": "perimeter-to-area ratio",
    "Sphericity": "roundness",
    "SphericalDisproportion": "deviation from roundness",
    "SurfaceArea": "surface",
    "SurfaceVolumeRatio": "surface-to-volume ratio",
}
_TEXTURE = {
    "Autocorrelation": "brightness of neighboring pixels",
    "JointAverage": "mean gray level of neighbors",
    "ClusterProminence": "contrast of clusters",
    "ClusterShade": "skewness of clusters",
    "ClusterTendency": "clustering of gray levels",
    "Contrast": "local contrast",
    "Correlation": "correlation of neighbors",
    "DifferenceAverage": "mean difference of neighbors",
    "DifferenceEntropy": "entropy of local differences",
    "DifferenceVariance": "variance of local differences",
    "JointEnergy": "repetition of gray-level pairs",
    "JointEntropy": "entropy of pairs",
    "Imc1": "mutual information of neighbors (1)",
    "Imc2": "mutual information of neighbors (2)",
    "Idm": "homogeneity",
    "Idmn": "homogeneity, normalized",
    "Id": "smoothness",
    "Idn": "smoothness, normalized",
    "InverseVariance": "uniformity of neighbors",
    "MaximumProbability": "share of the most common pair",
    "MCC": "maximal correlation of neighbors",
    "SumAverage": "mean gray level of pairs",
    "SumEntropy": "entropy of pair sums",
    "SumSquares": "spread of gray levels around their mean",
    "GrayLevelNonUniformity": "non-uniformity of gray levels",
    "GrayLevelNonUniformityNormalized": "non-uniformity of gray levels, normalized",
    "GrayLevelVariance": "variance of gray levels",
    "HighGrayLevelRunEmphasis": "emphasis on bright runs",
    "LongRunEmphasis": "emphasis on long runs",
    "LongRunHighGrayLevelEmphasis": "emphasis on long bright runs",
    "LongRunLowGrayLevelEmphasis": "emphasis on long dark runs",
    "LowGrayLevelRunEmphasis": "emphasis on dark runs",
    "RunEntropy": "entropy of runs",
    "RunLengthNonUniformity": "non-uniformity of run lengths",
    "RunLengthNonUniformityNormalized": "non-uniformity of run lengths, normalized",
    "RunPercentage": "share of short runs",
    "RunVariance": "variance of run lengths",
    "ShortRunEmphasis": "emphasis on short runs",
    "ShortRunHighGrayLevelEmphasis": "emphasis on short bright runs",
    "ShortRunLowGrayLevelEmphasis": "emphasis on short dark runs",
    "HighGrayLevelZoneEmphasis": "emphasis on bright zones",
    "LargeAreaEmphasis": "emphasis on large zones",
    "LargeAreaHighGrayLevelEmphasis": "emphasis on large bright zones",
    "LargeAreaLowGrayLevelEmphasis": "emphasis on large dark zones",
    "LowGrayLevelZoneEmphasis": "emphasis on dark zones",
    "SizeZoneNonUniformity": "non-uniformity of zone sizes",
    "SizeZoneNonUniformityNormalized": "non-uniformity of zone sizes, normalized",
    "SmallAreaEmphasis": "emphasis on small zones",
    "SmallAreaHighGrayLevelEmphasis": "emphasis on small bright zones",
    "SmallAreaLowGrayLevelEmphasis": "emphasis on small dark zones",
    "ZoneEntropy": "entropy of zones",
    "ZonePercentage": "share of small zones",
    "ZoneVariance": "variance of zone sizes",
    "DependenceEntropy": "entropy of similar neighbors",
    "DependenceNonUniformity": "non-uniformity of similar neighbors",
    "DependenceNonUniformityNormalized": "non-uniformity of similar neighbors, normalized",
    "DependenceVariance": "variance of similar neighbors",
    "HighGrayLevelEmphasis": "emphasis on bright pixels",
    "LargeDependenceEmphasis": "emphasis on homogeneous areas",
    "LargeDependenceHighGrayLevelEmphasis": "emphasis on homogeneous bright areas",
    "LargeDependenceLowGrayLevelEmphasis": "emphasis on homogeneous dark areas",
    "LowGrayLevelEmphasis": "emphasis on dark pixels",
    "SmallDependenceEmphasis": "emphasis on inhomogeneous areas",
    "SmallDependenceHighGrayLevelEmphasis": "emphasis on inhomogeneous bright areas",
    "SmallDependenceLowGrayLevelEmphasis": "emphasis on inhomogeneous dark areas",
}
_WORDS = {"firstorder": _FIRST_ORDER, "shape": _SHAPE, "shape2D": _SHAPE}
_MATRICES = {"glcm": "neighbors", "glrlm": "runs", "glszm": "zones", "gldm": "dependence", "ngtdm": "tone differences"}
_CONTEXT = {
    "above": "of the disc above",
    "below": "of the disc below",
    "patient": "against the patient's median",
    "best": "against the patient's largest",
}


def in_words(column: str) -> str:
    """A column such as ``T2:slice:wavelet-LL_glcm_Contrast`` as ``T2: local contrast, low-pass image``.

    Columns of neighboring discs carry ``above``, ``below`` or ``patient`` before their feature, set off by ``@``.
    """
    sequence, family, feature = column.split(":", 2)
    place, _, rest = feature.partition("@")
    if rest:
        own = in_words(f"{sequence}:{family}:{rest}")
        return f"{own}, {_CONTEXT.get(place, place)}"
    prefix = "" if sequence == "disc" else f"{sequence.replace('_', ' ')}: "
    return prefix + _plain(family, feature)


def _plain(family: str, feature: str) -> str:
    if family in ("radiomics", "slice"):
        return _radiomic(feature)
    if feature in MEASURES:
        title = MEASURES[feature].title
        return title[:1].lower() + title[1:]
    if family == "network":
        return f"image network, grade {feature.rsplit('_', 1)[-1]}"
    if family in ("efficientnet_lite0", "resnet50"):
        return f"deep feature {int(feature.rsplit('_', 1)[-1])}"
    return feature.replace("_", " ")


def _radiomic(feature: str) -> str:
    parts = feature.split("_")
    if len(parts) < 3:
        return feature.replace("_", " ")
    image, kind, name = parts[0], parts[1], "_".join(parts[2:])
    words = _WORDS.get(kind, _TEXTURE).get(name, name)
    if kind in _MATRICES and name in (
        "GrayLevelNonUniformity",
        "GrayLevelVariance",
        "GrayLevelNonUniformityNormalized",
    ):
        words += f" ({_MATRICES[kind]})"
    where = _image(image)
    return f"{words}, {where}" if where else words


def _image(name: str) -> str:
    if name.startswith("log-sigma-"):
        millimetres = name.removeprefix("log-sigma-").removesuffix("-mm-3D").replace("-", ".")
        return f"edges of {float(millimetres):g} mm"
    if name.startswith("wavelet-"):
        bands = name.removeprefix("wavelet-")
        return "smoothed image" if set(bands) == {"L"} else f"fine detail ({bands})"
    return "" if name == "original" else name
