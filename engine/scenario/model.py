"""The keys of a scenario: what they are called, what they take, what they default to.

This is the one definition: what is refused, the JSON Schema and the texts that editors show all come from it. The
values are those of one variant, with references replaced and replicas told apart (see :mod:`.variants`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from . import durations
from .faults import Fault
from .matchers import Because, Model, Scalar, Text, Value, ValueMatcher, optional
from .targets import MAX_CODE


def _variable_name(value: str) -> str:
    if not value or "=" in value or "\0" in value:
        raise ValueError('a name without "="')
    return value


def _variable(value: str) -> str:
    if "\0" in value:
        raise ValueError("text without NUL")
    return value


def _source(value: str) -> str:
    if len(value) > MAX_CODE:
        raise ValueError(f"at most {MAX_CODE:,} characters long: more belongs into a file beside the scenario")
    return value


def _specifier(value: str) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # Only few scenarios ask.

    try:
        SpecifierSet(value)
    except InvalidSpecifier:
        raise ValueError("a version specifier, such as >=3.12") from None
    return value


Duration = Annotated[float, BeforeValidator(durations.seconds), WithJsonSchema(durations.SCHEMA)]
Timeout = Annotated[float, BeforeValidator(durations.timeout_s), WithJsonSchema(durations.SCHEMA)]
Words = Annotated[
    list[str],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
VariableName = Annotated[str, AfterValidator(_variable_name)]
Variable = Annotated[str, AfterValidator(_variable), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Source = Annotated[str, AfterValidator(_source), Field(json_schema_extra={"maxLength": MAX_CODE})]
Specifier = Annotated[str, AfterValidator(_specifier)]
ExitCode = Annotated[
    Annotated[int, Tag("plain")] | Annotated[ValueMatcher, Tag("matcher")],
    Discriminator(lambda value: "matcher" if isinstance(value, (dict, Model)) else "plain"),
]
RunAs = Literal["process", "thread"]
StartMethod = Literal["fork", "spawn", "forkserver"]
Ending = Literal["completed", "deadlock", "timeout", "parent_died"]
Grade = Literal["acceptable", "interesting", "forbidden"]


class Call(Model):
    """A function, and what it is called with."""

    target: str = Field(
        description="`function` (in `code`), `workers.py:function` (a file beside the scenario) or "
        "`package.module:function` (importable)."
    )
    args: list[Any] = Field([], description="Positional arguments; `${name}` passes a variable or a shared primitive.")
    kwargs: dict[str, Any] = Field({}, description="Keyword arguments.")


class Process(Call):
    """A process: the parent starts it and joins it."""

    count: int = Field(1, ge=1, description="How many of it there are: NAME[0], NAME[1], ... Each may use `${index}`.")
    daemon: bool = Field(False, description="Ended with its parent, and may not have children of its own.")
    start_after: Words = Field([], description="Start only when this process (or each of these) has ended.")
    delay: Duration = Field(0.0, description="How long to wait before starting it.")


class Parent(Model):
    """What the parent process itself runs."""

    before: Call | None = optional("Before it starts the first process.")
    after: Call | None = optional("After it has joined the last process.")


class Requires(Model):
    """Where this is not met, the scenario is skipped."""

    python: Specifier | None = optional("A version specifier, such as `>=3.12`.")
    platform: Words = Field([], description="As `sys.platform` has it: `linux`, `darwin`, `win32`.")
    modules: Words = Field([], description="Modules that must be importable.")


class Raises(Model):
    """An uncaught exception."""

    type: str = optional("Its class or one of its base classes, with or without the module.")
    message: Text = optional("Its text.")
    because: Because = None


RaisesField = Annotated[
    Annotated[str | None, Tag("type")] | Annotated[Raises, Tag("matcher")],
    Discriminator(lambda value: "matcher" if isinstance(value, (dict, Model)) else "type"),
]


class ProcessExpect(Model):
    """What must be true of a process; it must exit with 0 unless this says otherwise."""

    stdout: Text = optional("What it wrote to standard output.")
    stderr: Text = optional("What it wrote to standard error.")
    exitcode: ExitCode = optional("As `multiprocessing` has it: negative for a signal.")
    raises: RaisesField = optional("The exception that its target did not catch; null for none.")
    returns: Value = optional("What its target returned.")
    because: Because = None


class CallExpect(Model):
    """What must come of one call that the parent makes itself."""

    raises: RaisesField = optional("The exception that it did not catch; null for none.")
    returns: Value = optional("What it returned.")
    because: Because = None


class ParentExpect(ProcessExpect):
    """What must be true of the parent process; what it returns is what its last call does."""

    before: CallExpect = optional("What must come of `parent.before`.")
    after: CallExpect = optional("What must come of `parent.after`.")


class DurationExpect(Model):
    """How long a run may take."""

    at_least: Duration = optional("Not shorter than this.")
    at_most: Duration = optional("Not longer than this.")
    because: Because = None


class When(Model):
    """What a run must be like; it checks only what it names."""

    ending: Ending = optional("How the run ends; `completed` where nothing is said.")
    stdout: Text = optional("What all processes wrote to standard output, in order of arrival.")
    stderr: Text = optional("What all processes wrote to standard error, in order of arrival.")
    processes: dict[str, ProcessExpect] = Field(
        {}, description="By name: `worker`, meaning every replica, or `worker[1]`."
    )
    parent: ParentExpect = optional("The same for the parent's own `before` and `after`.")
    shared: dict[str, Value] = Field({}, description="By name: what the primitive holds at the end.")
    duration: DurationExpect = optional("How long the run takes.")
    leaks: Literal["forbidden", "allowed"] = optional(
        "Processes, shared memory or semaphores left behind; `forbidden` where nothing is said."
    )
    because: Because = None


class Outcome(Model):
    """One of the ways in which the scenario may end."""

    when: When = Field(description="What such a run is like; the first outcome that fits names it.")
    grade: Grade = Field("acceptable", description="Whether such a run is right, worth a look, or wrong.")
    must_occur: bool = Field(False, description="In `stress` and `explore` it must be seen at least once.")
    because: Because = None


class Faster(Model):
    """One variant against another, measured by `bench` and not by a single run."""

    this: dict[str, Any] = Field(description="The values of the matrix that name the faster variant.")
    than: dict[str, Any] = Field(description="Those of the slower one.")
    by: float = Field(1.0, ge=1, description="At least how many times faster.")
    because: Because = None


class Expect(When):
    """What must come out. By default everything completes, every exit code is 0, and nothing leaks."""

    outcomes: list[Outcome] = Field(
        [], min_length=1, description="The ways in which it may end; one that is not here is forbidden."
    )
    faster: list[Faster] = Field([], description="Which variants are faster than which.")


class Explore(Model):
    """Defaults for exploration."""

    strategy: Literal["auto", "bounded", "dpor", "dfs", "random", "pct", "pos", "rf-pos", "urw", "surw"] = Field(
        "auto", description="Which schedules to try."
    )
    schedules: int = Field(10_000, ge=1, description="How many at most.")
    steps: int = Field(10_000, ge=1, description="How long one may be.")
    seed: int = Field(0, ge=0, description="What random choices are drawn from.")
    timing: Literal["any", "virtual"] = Field("any", description="Whether durations order what happens.")


class Scenario(Model):
    """Who runs, what they share, and what must come out."""

    name: str | None = optional("One line for people; the file's name where it is not given.")
    description: str | None = optional("Markdown for people.")
    tags: Words = Field([], description="Words to select by.")
    vars: dict[str, Any] = Field({}, description="Names and values to refer to as `${name}`.")
    matrix: Any = optional("The scenario runs once for each variant.")
    run_as: RunAs = Field(
        "process", description="Whether targets run as processes or as threads of the parent process."
    )
    start_method: StartMethod | None = optional("How processes start; the interpreter's default if not given.")
    timeout: Timeout = Field(10.0, description="How long one run may take before it is ended.")
    requires: Requires = Field(Requires.model_construct(), description="Where it is not met, the scenario is skipped.")
    code: Source | None = optional("Python source of the target functions, as a module of its own.")
    shared: dict[str, Any] = Field({}, description="The primitives, built by the parent in the order written.")
    processes: dict[str, Process] = Field(
        min_length=1, description="The processes, started and joined by the parent in the order written."
    )
    start_together: bool = Field(False, description="Every process waits just before its target until all are there.")
    environment: dict[VariableName, Variable] = Field(
        {}, description="Environment variables for the scenario's processes."
    )
    exclusive: bool = Field(False, description="Nothing else runs beside it.")
    work: Scalar = optional("What one run does, for `bench`: `10000 messages`.")
    parent: Parent = Field(Parent.model_construct(), description="What the parent itself runs.")
    faults: list[Fault] = Field([], description="What goes wrong, and when.")
    expect: Expect = optional("What must come out.")
    explore: Explore = optional("Defaults for exploration.")
