"""What a Qt property accepts under PythonQt, which converts less than PySide6 would."""

_NUMBERS = {"int": int, "uint": int, "qlonglong": int, "double": float, "float": float, "qreal": float}


def accepted(type_name: str, value):
    """The value as the property's type.

    Parameters
    ----------
    type_name : str
        C++ name of the type, such as ``QString``.

    Raises
    ------
    TypeError
        When PythonQt would not convert it.
    """
    if type_name == "QString":
        _require(isinstance(value, str))
    elif type_name == "bool":
        _require(isinstance(value, int))
        value = bool(value)
    elif type_name in _NUMBERS:
        _require(isinstance(value, (int, float)))
        value = _NUMBERS[type_name](value)
    elif type_name == "QStringList":
        _require(isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value))
        value = list(value)
    return value


def _require(condition: bool) -> None:
    if not condition:
        raise TypeError
