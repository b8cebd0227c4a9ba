"""What tools/plots and tools/tsne share: the Python packages, the style, tables, files. Not run by itself."""

import csv
import importlib.util
import math
import os
import subprocess
import sys
from pathlib import Path

# Okabe and Ito's palette: told apart by colour-blind readers; markers serve those who print in grey.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
# Import name of a package: its name for pip, and for apt.
PACKAGES = {"matplotlib": ("matplotlib", "python3-matplotlib"), "sklearn": ("scikit-learn", "python3-sklearn")}


def fail(sentence):
    print(f"{Path(sys.argv[0]).name}: {sentence}", file=sys.stderr)
    sys.exit(1)


def read_table(path, columns, origin):
    """Rows of a CSV file as dictionaries; `origin` says what writes the file."""
    if not path.is_file():
        fail(f"{path} does not exist; {origin}")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows, names = list(reader), reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fail(f"{path} cannot be read: {error}")
    missing = [name for name in columns if name not in names]
    if missing:
        fail(f"{path} has no column {', '.join(missing)}; it has {', '.join(names) or 'none'}")
    if not rows:
        fail(f"{path} has no rows yet; {origin}")
    return rows


def number(row, column, path):
    """The cell as a float; NaN when it is empty."""
    text = (row[column] or "").strip()
    try:
        return float(text) if text else math.nan
    except ValueError:
        fail(f"{path}: column {column} holds '{text}', expected a number")


def require(*modules):
    """Goes on when the modules can be imported; else starts this script again under the Python of a virtual environment
    that has them."""
    if all(importlib.util.find_spec(module) for module in modules):
        return
    name = Path(sys.argv[0]).name
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    environment = cache / "theriac" / "plots-venv"
    python = environment / "bin" / "python3"
    if os.environ.get("THERIAC_PLOTS_VENV"):
        fail(f"{', '.join(modules)}: not importable in {environment}; remove that directory and try again")

    def is_there(module):
        command = [python, "-c", f"import {module}"]
        return python.exists() and subprocess.run(command, capture_output=True).returncode == 0

    missing = [module for module in modules if not is_there(module)]
    if missing:
        packages = [PACKAGES[module][0] for module in missing]
        print(
            f"{name}: {', '.join(packages)} not installed; installing into {environment} (once)", file=sys.stderr)
        steps = [[python, "-m", "pip", "install", "-q", *packages]]
        if not python.exists():
            steps.insert(0, [sys.executable, "-m", "venv", environment])
        for step in steps:
            try:
                done = subprocess.run(step, stdout=sys.stderr.fileno()).returncode == 0
            except OSError:
                done = False
            if not done:
                fail(
                    f"'{' '.join(map(str, step))}' failed; install {', '.join(packages)} for {sys.executable} (on Debian: "
                    f"apt install {' '.join(PACKAGES[module][1] for module in missing)}) and try again")
    os.environ["THERIAC_PLOTS_VENV"] = str(environment)
    os.execv(python, [str(python), os.path.abspath(sys.argv[0]), *sys.argv[1:]])


def load_matplotlib():
    require("matplotlib")
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({
        "font.family": "sans-serif", "font.size": 9, "axes.titlesize": 10, "axes.labelsize": 9,
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
        "axes.edgecolor": "#555555", "grid.color": "#e3e3e3", "grid.linewidth": 0.7, "xtick.labelsize": 8,
        "ytick.labelsize": 8, "xtick.color": "#333333", "ytick.color": "#333333", "legend.frameon": False,
        "lines.linewidth": 1.6, "lines.markersize": 4.5, "svg.fonttype": "none", "svg.hashsalt": "theriac",
        "figure.dpi": 100, "savefig.dpi": 200,
    })
    from matplotlib import pyplot

    return pyplot


def save(figure, directory, name):
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for suffix in ("svg", "png"):
            path = directory / f"{name}.{suffix}"
            # No date in the SVG: the same data give the same file.
            figure.savefig(path, bbox_inches="tight", metadata={"Date": None} if suffix == "svg" else None)
            print(path)
    except OSError as error:
        fail(f"cannot write into {directory}: {error.strerror or error}")
