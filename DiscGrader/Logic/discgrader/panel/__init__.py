"""The parts of the module's panel, each handed what it needs; only this room and DiscGrader.py know Qt."""
