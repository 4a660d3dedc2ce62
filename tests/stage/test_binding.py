"""From names to objects."""

from __future__ import annotations

import importlib
import multiprocessing
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from engine.plan import CODE_MODULE, Code, Reference, encode_argument
from engine.stage.binding import Bindings, install_code
from tests.processes_support import a_plan, ref


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the code is installed and found, and forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop(CODE_MODULE, None)


def installed(source: str, folder: Path, line: int = 1) -> ModuleType:
    install_code(Code(source, "/somewhere/story.yaml", line), str(folder))
    importlib.invalidate_caches()
    return importlib.import_module(CODE_MODULE)


def bound(plan_code: str, folder: Path, **shared: dict[str, object]) -> Bindings:
    installed(plan_code, folder)
    bindings = Bindings(
        a_plan(plan_code, {}, shared=shared), multiprocessing.get_context("fork"), tempfile.gettempdir()
    )
    bindings.build()
    return bindings


def test_code_is_a_module_that_can_be_imported(folder: Path) -> None:
    module = installed("def double(x):\n  return 2 * x\n", folder)

    assert (module.__name__, module.double(21)) == ("scenario_code", 42)


def test_tracebacks_of_code_name_the_scenarios_file_and_its_lines(folder: Path) -> None:
    module = installed("def target():\n  x = 1\n  raise ValueError(x)\n", folder, line=11)

    with pytest.raises(ValueError, match="1") as caught:
        module.target()

    (frame,) = traceback.extract_tb(caught.value.__traceback__)[1:]
    assert (frame.filename, frame.lineno, frame.name) == ("/somewhere/story.yaml", 13, "target")


def test_a_functions_first_line_is_that_of_the_file(folder: Path) -> None:
    assert installed("x = 1\ndef target(): pass\n", folder, line=5).target.__code__.co_firstlineno == 6


def test_code_that_is_not_python_says_so_at_the_scenarios_line(folder: Path) -> None:
    with pytest.raises(SyntaxError) as caught:
        install_code(Code("x = 1\ny = = 2\n", "/somewhere/story.yaml", 7), str(folder))

    assert (caught.value.filename, caught.value.lineno) == ("/somewhere/story.yaml", 8)


def test_code_has_none_of_our_own_future(folder: Path) -> None:
    assert installed("def target(x: int): pass\n", folder).target.__annotations__ == {"x": int}


def test_code_leaves_one_file_in_its_folder(folder: Path) -> None:
    install_code(Code("x = 1", "/somewhere/story.yaml", 1), str(folder))

    assert [path.name for path in folder.iterdir()] == ["scenario_code.pyc"]


def test_primitives_are_genuine(folder: Path) -> None:
    from multiprocessing.queues import Queue

    bindings = bound("", folder, queue={"type": "Queue", "maxsize": 2})

    queue = bindings.shared["queue"]
    assert (type(queue), queue._maxsize) == (Queue, 2)
    queue.close()


def test_primitives_are_built_in_the_order_written(folder: Path) -> None:
    bindings = bound("", folder, b={"type": "Lock"}, a={"type": "Lock"}, c={"type": "Event"})

    assert list(bindings.shared) == ["b", "a", "c"]


def test_a_reference_is_the_shared_primitive_itself(folder: Path) -> None:
    bindings = bound("", folder, lock={"type": "Lock"})

    args, kwargs = (bindings.resolve(encode_argument(given)) for given in ([ref("lock"), 1], {"x": [ref("lock")]}))

    assert isinstance(args, list)
    assert isinstance(kwargs, dict)
    assert args[0] is bindings.shared["lock"] is kwargs["x"][0]


def test_a_primitives_parameter_may_be_another_primitive(folder: Path) -> None:
    bindings = bound("", folder, lock={"type": "Lock"}, n={"type": "Value", "typecode": "i", "lock": ref("lock")})

    assert bindings.shared["n"].get_lock() is bindings.shared["lock"]


def test_an_index_is_a_pipes_end(folder: Path) -> None:
    bindings = bound("", folder, pipe={"type": "Pipe"})
    first, second = bindings.shared["pipe"]

    assert bindings.resolve(encode_argument([ref("pipe", 1), ref("pipe", 0)])) == [second, first]
    first.close()
    second.close()


def test_an_object_of_code_is_found_by_its_attributes(folder: Path) -> None:
    bindings = bound("class Colour:\n  class Red:\n    value = 3\n", folder)

    assert bindings.resolve(encode_argument(Reference("code", "Colour", ("Red", "value")))) == 3


def test_a_target_may_be_an_attribute_of_an_attribute(folder: Path) -> None:
    bindings = bound("class Worker:\n  @staticmethod\n  def run(): return 4\n", folder)

    target = bindings.target(CODE_MODULE, "Worker.run")

    assert target() == 4


def test_a_target_that_is_not_there_is_an_attribute_error(folder: Path) -> None:
    bindings = bound("", folder)

    with pytest.raises(AttributeError, match="nobody"):
        bindings.target(CODE_MODULE, "nobody")


def test_final_values_are_told_by_name(folder: Path) -> None:
    bindings = bound("", folder, lock={"type": "Lock"}, event={"type": "Event"})

    bindings.shared["lock"].acquire()

    assert bindings.final_values() == {
        "lock": encode_argument({"locked": True}),
        "event": encode_argument({"set": False}),
    }


def test_a_final_value_that_cannot_be_taken_is_left_out_and_stderr_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bindings = bound("", folder, n={"type": "Value", "typecode": "i"}, lock={"type": "Lock"})
    bindings.shared["n"] = None

    values = bindings.final_values()

    assert values == {"lock": encode_argument({"locked": False})}
    assert capsys.readouterr().err.startswith("the final value of n cannot be read: AttributeError(")


def test_a_constructors_complaint_goes_on_its_way(folder: Path) -> None:
    with pytest.raises(TypeError):
        bound("", folder, n={"type": "Value", "typecode": "i", "value": "text"})
