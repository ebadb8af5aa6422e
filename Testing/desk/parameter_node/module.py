"""The module ``slicer.parameterNodeWrapper``."""

import types

from desk.parameter_node import annotations, packs, wrapper

_PUBLIC = (
    (annotations, ("Validator", "NotNone", "IsInstance", "WithinRange", "Minimum", "Maximum", "Choice", "Exclude")),
    (annotations, ("RangeBounds", "Default", "Decimals", "SingleStep")),
    (packs, ("parameterPack", "isParameterPack", "FloatRange")),
    (wrapper, ("parameterNodeWrapper", "isParameterNodeWrapper")),
)


def parameter_node_module() -> types.ModuleType:
    """A new module ``slicer.parameterNodeWrapper``."""
    module = types.ModuleType("slicer.parameterNodeWrapper")
    for part, names in _PUBLIC:
        vars(module).update({name: getattr(part, name) for name in names})
    return module
