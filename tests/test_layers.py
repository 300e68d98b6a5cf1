"""The house rules that a reader of imports can check."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "summ").rglob("*.py")) + sorted((ROOT / "data_prep").rglob("*.py"))

FAMILIES = ROOT / "summ" / "families"

# Each room may import those in rows above it, and its own.
ROOMS = (
    {"errors"},
    {"distribution"},
    {"types", "summary", "config"},
    {"text"},
    {"data"},
    {"pretrained"},
    {"networks", "training"},
    {"families"},
    {"pipelines", "export"},
    {"evaluation"},
    {"distributed"},
    {"serving"},
    {"options"},
    {"commands"},
    {"cli"},
    {"train", "__main__", "__init__"},
)
# Who alone may import what.
OWNERS = {
    "accelerate": {"summ/training/trainer.py", "summ/training/sharding.py"},
    "typer": {
        "summ/cli.py",
        "summ/options.py",
        "summ/commands/terminal.py",
        "summ/commands/evaluate.py",
        "summ/commands/embed.py",
    },
    "yaml": {"summ/config/loader.py"},
}
PURE = {
    "summ/families/summarizer/rewards.py",
    *(
        f"summ/training/objectives/{path.name}"
        for path in FILES
        if path.parent.name == "objectives"
    ),
}
SLOW = {"torch", "transformers", "datasets", "accelerate", "scipy", "numpy", "pandas", "pyarrow"}
COMMAND_LINE = {"commands", "options", "cli", "train", "__main__", "__init__"}
VAGUE = {"utils", "helpers", "common", "base", "misc"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(module: str) -> str:
    """``summ.text.words`` is in the room ``text``, ``summ`` itself in ``__init__``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def row_of(room: str) -> int:
    return next(row for row, rooms in enumerate(ROOMS) if room in rooms)


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules that are imported anywhere in the tree, those for type checkers included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            yield node.module or ""
            if node.module == "summ":
                yield from (f"summ.{alias.name}" for alias in node.names)


def imported_on_load(tree: ast.Module) -> Iterator[str]:
    """Modules that importing the file imports: statements outside functions and type checks."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imports(file: Path) -> frozenset[str]:
    return frozenset(imported(parsed(file)))


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


# Each rule reads all files in one test and lists every one that breaks it: a test a file and rule
# would be two thousand, which take longer to hand out than to run.


def test_imports_point_one_way():
    wrong = []
    for file in FILES:
        room = room_of(module_of(file))
        for module in imports(file):
            other = room_of(module)
            if name_of(file).startswith("data_prep"):
                allowed = other not in {"cli", "commands", "options"} or "summ." not in module
            elif module.split(".")[0] != "summ" or other == "__init__":
                continue  # ``from summ import options`` is seen as summ.options, too
            else:
                allowed = other == room or row_of(other) < row_of(room)
            if not allowed:
                wrong.append(f"{name_of(file)} imports {module}")
    assert not wrong


def test_families_do_not_import_each_other():
    """Nor the package that chooses among them, by which they could reach each other."""
    wrong = []
    for file in FILES:
        if not file.is_relative_to(FAMILIES) or file.parent == FAMILIES:
            continue
        own = ".".join(file.relative_to(ROOT).parts[:3])
        for module in imports(file):
            if module.startswith("summ.families") and not f"{module}.".startswith(f"{own}."):
                wrong.append(f"{name_of(file)} imports {module}")
    assert not wrong


def test_libraries_have_one_user():
    wrong = []
    for file in FILES:
        for module in imports(file):
            owners = OWNERS.get(module.split(".")[0])
            if owners is not None and name_of(file) not in owners:
                wrong.append(f"{name_of(file)} imports {module}")
    assert not wrong


def test_objectives_and_rewards_know_types_only():
    assert len(PURE) > 1
    for file in FILES:
        if name_of(file) in PURE:
            own = {module for module in imports(file) if module.startswith("summ")}
            assert own <= {"summ.types"}, name_of(file)


def test_the_command_line_loads_nothing_slow():
    wrong = []
    for file in FILES:
        if file.is_relative_to(ROOT / "summ") and room_of(module_of(file)) in COMMAND_LINE:
            loaded = {module.split(".")[0] for module in imported_on_load(parsed(file))}
            wrong += [f"{name_of(file)} imports {module}" for module in loaded & SLOW]
    assert not wrong


def test_names_say_what_a_file_holds():
    assert [name_of(file) for file in FILES if file.stem in VAGUE] == []


def test_files_and_functions_can_be_read_at_once():
    wrong = []
    for file in FILES:
        if len(file.read_text(encoding="utf-8").splitlines()) > 450:
            wrong.append(name_of(file))
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.FunctionDef):
                # The signature of a command is as long as its options are many.
                first = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0]
                if (node.end_lineno or 0) - first.lineno + 1 > 50:
                    wrong.append(f"{name_of(file)}: {node.name}")
    assert not wrong


def test_users_mistakes_are_raised_and_not_asserted():
    wrong = [
        name_of(file)
        for file in FILES
        if any(isinstance(node, ast.Assert) for node in ast.walk(parsed(file)))
    ]
    assert not wrong
