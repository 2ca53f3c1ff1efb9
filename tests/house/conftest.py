"""The tests of the house use what its scripts know about the documents and the program."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
