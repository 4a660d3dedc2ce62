"""What a process puts in the place of its streams, and writes at its end, is as in real processes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from tests.processes_support import a_plan, perform
from tests.stage.simulation.stories import only, refusal

pytestmark = pytest.mark.slow

PROGRAMS: Mapping[str, str] = {
    "standard output is put back": """
        import io, sys
        def one():
            sys.stdout = io.StringIO()
            print("kept")
            text = sys.stdout.getvalue()
            sys.stdout = sys.__stdout__
            print("seen", text)
            print("told", file=sys.__stderr__)
        """,
    "standard error is standard output": """
        import sys
        def one():
            sys.stderr = sys.stdout
            raise SystemExit("over")
        """,
    "standard error is kept": """
        import io, sys
        def one():
            sys.stderr = io.StringIO()
            raise ValueError("lost")
        """,
    "what holds lines back is flushed": """
        import sys
        class Held:
            def __init__(self, stream): self.stream, self.lines = stream, []
            def write(self, text): self.lines.append(text)
            def flush(self):
                self.stream.write("".join(self.lines))
                self.lines.clear()
                self.stream.flush()
        def one():
            sys.stdout = Held(sys.stdout)
            print("held")
        """,
    "what was printed before is lost": """
        import io, sys
        def one():
            print("lost")
            sys.stdout = io.StringIO()
        """,
    "names": """
        import sys
        def one(): return sys.stdout.name, sys.stderr.name, sys.stdout.fileno(), sys.stdout.encoding
        """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_streams_are_as_in_a_real_process(simulation: Simulation, stage: Stage, name: str) -> None:
    source = textwrap.dedent(PROGRAMS[name])

    simulated, real = (
        only(simulation, source).processes["one"],
        perform(stage, a_plan(source, ["one"])).processes["one"],
    )

    assert (simulated.stdout, simulated.exitcode, simulated.returned) == (real.stdout, real.exitcode, real.returned)
    assert simulated.stderr == real.stderr


AT_EXIT = {
    "the process itself": "def leave(): os._exit(4)\nprint('shown')",
    "an error": "def leave(): raise ValueError('bad')",
    "an end": "def leave(): raise SystemExit(9)",
    "one that registers another": "def leave(): atexit.register(print, 'late')",
}


@pytest.mark.parametrize("name", AT_EXIT)
def test_what_is_done_at_the_end_is_as_in_a_real_process(simulation: Simulation, stage: Stage, name: str) -> None:
    source = f"import atexit, os\n{AT_EXIT[name]}\ndef one(): atexit.register(leave)"
    real = perform(stage, a_plan(source, ["one"], start_method="spawn")).processes["one"]

    simulated = only(simulation, source, start_method="spawn").processes["one"]

    assert (simulated.stdout, simulated.exitcode) == (real.stdout, real.exitcode)
    last = [run.stderr.splitlines()[-1:] for run in (simulated, real)]
    assert last[0] == last[1]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("sys.stdout.write = print", "changing sys.stdout.write"),
        ("sys.stderr.tag = 1", "changing sys.stderr.tag"),
        ("sys.stdout.close()", "closing sys.stdout"),
        ("sys.stdout.reconfigure(line_buffering=True)", "sys.stdout.reconfigure"),
        ("sys.stdout.buffer.raw", "sys.stdout.buffer.raw"),
        ("del sys.stdout", "a process without sys.stdout or sys.stderr"),
    ],
)
def test_what_a_stream_of_a_simulated_process_cannot_do_is_refused(
    simulation: Simulation, change: str, what: str
) -> None:
    refused = refusal(simulation, f"import sys\ndef one():\n    {change}")

    assert refused is not None
    assert refused.startswith(what)


def test_what_no_stream_has_is_python_s_own_error(simulation: Simulation) -> None:
    source = "import sys\ndef one():\n    try: sys.stdout.colour\n    except AttributeError as error: return str(error)"

    assert only(simulation, source).processes["one"].returned is not None
