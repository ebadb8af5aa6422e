"""The desk: a small window that hosts DiscGrader.py on slicer-core and PySide6, where Slicer is not installed.

``python -m desk`` with the folder Testing on ``sys.path`` opens it. The stand-ins for what only the Slicer application
has are strict: what PythonQt would refuse they refuse, so that what runs on the desk runs in Slicer.
"""

import os

# Under PythonQt an enum is an int; PySide6 decides whether its enums are when it is first imported.
os.environ.setdefault("PYSIDE6_OPTION_PYTHON_ENUM", "0x0F")
