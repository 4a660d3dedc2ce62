"""How processes of a run are started, and live.

The parent comes first, alone: it builds what is shared, runs ``parent.before`` and starts the others.

Source: CPython, Lib/multiprocessing/process.py (``_bootstrap``), spawn.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import Context
from functools import partial
from multiprocessing.reduction import ForkingPickler
from types import FrameType, FunctionType
from typing import Any

from ...models.model import Operation
from ...plan import CODE_MODULE, Call, Plan, ProcessPlan, Reference
from .. import link
from . import faults, handlers, output
from .addresses import Addresses
from .beginning import begun
from .consequences import obey
from .copier import Copier, inherited
from .ending import complain, guarded
from .handing import at_hand, handed_over, pickled
from .here import perform
from .lasting import lasting
from .leftovers import refuse_daemons, refuse_who_goes_on, refuse_who_waits_for_room
from .library import Library
from .objects.memory import doubt_bytes
from .objects.processes import handle, parent_handle
from .payload import EVERYWHERE
from .places import called_there, raised_at
from .process import Process
from .refusal import NotSimulated
from .stock import Stock
from .surroundings import hand_on
from .system import CLOCK, IDLE, KERNEL
from .told import told
from .world import KILLS, LOANS, ORPHANS, World

_SIGTERM = 15


class Life:
    """The processes of one run. ``observes`` says whether anybody can notice that another has ended; ``finals`` is what
    is told at the end of what primitives hold."""

    def __init__(self, world: World, plan: Plan, library: Library, stock: Stock, seed: int) -> None:
        self.world = world
        self.plan = plan
        self.seed = seed
        self.library = library
        self.stock = stock
        self.parent = Process(0, 0, "parent")
        self.by_number: dict[int, Process] = {0: self.parent}
        self.processes: dict[str, Process] = {}
        self.shared: dict[str, Any] = {}
        self.copied: list[Any] = []
        self.managed: set[int] = set()
        self.refusal: NotSimulated | None = None
        self.reads_clock = False
        self.ends_while_feeding = False
        self.has_gone_elsewhere = False
        self.reads_pids = False
        self.opens_blocks = False
        self.struck: list[str] = []
        self.left_behind: list[str] = []
        self.are_all_daemons = all(planned.daemon for planned in plan.processes)
        self.idle_since: int | None = None
        self.read_at: int | None = None
        self.finals: dict[str, object] = {}
        self.observes = stock.observes or world.is_exact(ORPHANS)
        world.pickling = self
        world.timeout_s = plan.timeout_s
        world.obey = partial(obey, self)
        world.life = self

    def begin(self) -> None:
        """Have the parent begin; whatever it starts, follows."""
        self.world.add_strand(self.parent, guarded(self, self.parent, self._parent))

    def end(self) -> None:
        """Take apart what is left. Nothing of a run goes on pointing in a circle, so that all of it is gone at once."""
        world = self.world
        world.end()
        world.obey, world.life, world.pickling = None, None, EVERYWHERE
        for process in self.by_number.values():
            process.strand = process.handle = process.parent_handle = None

    def handle(self, process: Process) -> Any:
        """What ``multiprocessing.current_process`` gives."""
        if process.handle is None:
            process.handle = handle(process, self.plan.start_method)
        return process.handle

    def parent_handle(self, process: Process) -> Any:
        """What ``multiprocessing.parent_process`` gives."""
        if process.parent_handle is None:
            process.parent_handle = parent_handle(process)
        return process.parent_handle

    def note_pid(self, caller: FrameType) -> None:
        """Somebody looks at a process id; what multiprocessing does with them is not told of."""
        self.reads_pids |= self.library.owns(caller.f_globals.get("__name__", ""))

    def inherit(self, starter: Process, process: Process) -> Copier | None:
        """Give a new process what it has of its starter's modules: copies under fork, by what is returned; nothing
        otherwise."""
        copier = self.library.inherit(process, starter) if self.plan.start_method == "fork" else None
        handlers.inherit(starter, process)
        if copier is not None:
            process.twice = starter.twice
        hand_on(starter, process, copier, is_served=self.plan.start_method == "forkserver")
        return copier

    def _inherited(self, starter: Process, process: Process, copier: Copier | None) -> Context | None:
        """The context variables of a new process that is forked, for which ``copier`` has copied all else."""
        if copier is None:
            return None
        context = inherited(copier)
        if self.library.habits.identifies:
            process.addresses = Addresses(copier.pairs(), starter.addresses)
        return context

    # The parent

    def _parent(self) -> None:
        plan, parent = self.plan, self.parent
        outcome = parent.calls
        if plan.code:
            self.library.load(parent, CODE_MODULE)
        self._build_what_is_shared()
        if plan.before:
            outcome["before"] = self._call("before", plan.before)
            self.observes |= bool(parent.at_exit)
        for number, process in enumerate(plan.processes, 1):
            self._start_planned(number, process)
        parent.made += len(plan.processes)
        if plan.faults:
            faults.begin(self)
        if plan.after or self.is_end_seen:
            self._await_everybody()
        if plan.after:
            outcome["after"] = self._call("after", plan.after)
        if parent.at_exit or parent.children:
            self._read_what_is_shared()

    def _build_what_is_shared(self) -> None:
        for shared in self.plan.shared:
            self.shared[shared.name] = self.stock.build(
                self.world, shared.type, shared.name, shared.parameters, self.find
            )
            kind = type(self.shared[shared.name])
            if self.library.habits.sees_bytes:
                doubt_bytes(self.world, self.shared[shared.name])
            if getattr(kind, "copies", False):
                self.copied.append(self.shared[shared.name])
            if shared.type.startswith("Manager"):
                self.parent.made += not self.managed  # Its server is a process of the parent's, and only the first is.
                # Not by a dot, which of a namespace's proxy is a request to the server.
                cell = object.__getattribute__(self.shared[shared.name], "cell")
                self.managed.add(cell)
                if getattr(kind, "outlives", False):
                    self.world.outliving.add(cell)

    def _await_everybody(self) -> None:
        """As the parent does in reality: it holds its ends of the pipes until then. Daemons it lets run until they are
        through or stuck, and ends them when it ends itself."""
        before = {name for planned in self.plan.processes for name in planned.start_after}
        awaited = (
            one.number
            for name, one in self.processes.items()
            if one.is_started and (self.are_all_daemons or not one.daemon or name in before)
        )
        perform(KERNEL, lasting("await", *awaited))
        if not self.are_all_daemons and self._daemons():
            perform(KERNEL, IDLE)
            refuse_daemons(self)
            self.idle_since = len(self.world.trace)

    def end_daemons(self) -> None:
        """What the parent does last of all."""
        if self.idle_since is None:
            return
        perform(KERNEL, IDLE)
        refuse_who_goes_on(self)
        refuse_who_waits_for_room(self)
        for one in self._daemons():
            if one.exitcode is None:
                self.world.looked_into.add(KILLS)
            self._at_once(0, lasting("kill", one.number, -_SIGTERM))
            self.world.remove(one)

    def _read_what_is_shared(self) -> None:
        """As the parent does before what runs at its exit, and before it joins what it has started itself."""
        self.read_at = len(self.world.trace)
        for one in tuple(self.by_number.values()):
            if one.number > len(self.plan.processes):
                perform(KERNEL, Operation("witness", (one.number,)))

    @property
    def has_children_of_its_own(self) -> bool:
        """Whether the parent may have children now that its ``before`` and ``after`` have not started."""
        return bool(self.managed or self.idle_since is not None)

    def _daemons(self) -> list[Process]:
        return [one for one in self.processes.values() if one.is_started and one.daemon]

    def is_awaited(self, process: Process) -> bool:
        """Whether a run does not complete without the end of ``process``: where all are daemons they are waited for
        like all processes, and so is everybody where somebody is still to be started after others."""
        if not process.daemon:
            return True
        is_planned = 0 < process.number <= len(self.plan.processes)
        return is_planned and (self.are_all_daemons or not all(one.has_come for one in self.processes.values()))

    @property
    def is_end_seen(self) -> bool:
        """Whether anybody can notice that another has ended."""
        return self.observes or len(self.world.states[KERNEL].holders) > 0

    def _call(self, name: str, call: Call) -> Mapping[str, Any]:
        args: Any = self.resolve(call.args)
        kwargs: Any = self.resolve(call.kwargs)
        try:
            returned = self.library.target(self.parent, call.module, call.name)(*args, **kwargs)
        except Exception as error:
            self.parent.calls[name] = link.raised(error)
            raise
        self.parent.returned = value = told(returned)
        return {"returned": value}

    def _start_planned(self, number: int, planned: ProcessPlan) -> None:
        if self.parent.kept:
            output.flush(self.parent)
        process = Process(number, number, planned.name, self.parent, planned.daemon)
        place = self.stock.places.get(planned.name)
        process.identity = None if place is None else (self.parent.made + place,)
        self.by_number[number] = self.processes[planned.name] = process
        try:
            target = self.library.target(self.parent, planned.call.module, planned.call.name)
            copier = self.inherit(self.parent, process)
            take, held = handed_over(self, target, planned.call, process, copier)
            context = self._inherited(self.parent, process, copier)
        except Exception as error:
            process.is_started, process.is_gone = False, True
            process.raised = link.raised(error)
            complain(self, self.parent, error)
            self._at_once(0, lasting("start", number, ()))
            self._at_once(number, lasting("exit", 1))
            self._refuse_late_complaint(planned)
            return
        process.has_come = not (planned.start_after or (planned.delay_s and self.world.is_virtual))
        is_found_later = bool(self.plan.faults) and not process.has_come
        self._at_once(0, lasting("start", number, held, is_found_later))

        def live() -> None:
            if not process.has_come:
                self._come(process, planned)
            own, args, kwargs = begun(process, take, self.plan.start_method)
            returned = _apart(own, args, kwargs) if self.library.habits.warns else own(*args, **kwargs)
            if self.plan.faults:
                faults.pause(self, process)
            process.returned = told(returned)

        del target
        strand = self.world.add_strand(process, guarded(self, process, live), context)
        if not self.world.is_virtual:
            strand.began_s = planned.delay_s or 0.0
        if self.plan.faults:
            strand.trap = faults.trap(self, process)

    def _refuse_late_complaint(self, planned: ProcessPlan) -> None:
        """In reality it is only tried to start ``planned`` when it is due, and others may be late by that."""
        is_late = self.world.is_virtual and planned.delay_s
        if is_late and any(planned.name in other.start_after for other in self.plan.processes):
            raise NotSimulated("a process that cannot be started, later, and another one after it")

    def _come(self, process: Process, planned: ProcessPlan) -> None:
        """Wait as long as ``process`` is not there yet: until then no fault finds it."""
        if planned.start_after:
            others = tuple(self.processes[name].number for name in planned.start_after)
            perform(KERNEL, lasting("await", *others))
        if planned.delay_s and self.world.is_virtual:
            perform(CLOCK, Operation("sleep", (), planned.delay_s))
        if self.plan.faults:
            perform(KERNEL, _COME)
        process.has_come = True

    def dumps(self, value: Any, process: int) -> bytes:
        with self.library.loaded.visible(self.by_number[process]):
            return bytes(ForkingPickler.dumps(value))

    def loads(self, load: bytes, process: int) -> Any:
        with self.library.loaded.visible(self.by_number[process]):
            return ForkingPickler.loads(load)

    def start_process(self, key: object, name: str, started: Any, daemon: bool, starter: Process) -> int:
        """A process that a target starts: it runs ``started`` as its start method has it."""
        if started._start_method not in (None, self.plan.start_method):
            method = started._start_method
            raise NotSimulated(f"a process that is started by {method}, where those of the scenario are by another")
        number = len(self.plan.processes) + 1 + self.world.number(("process", key))
        self.observes = True
        process = Process(number, key, name, starter, daemon)
        process.identity = started._identity
        process.speaker = speaker = starter.speaker or starter
        if speaker.output is None:
            speaker.output = self.world.add_cell(("output", speaker.key), "", output.Output())
        self.by_number[number] = process
        copier = self.inherit(starter, process)
        take, held = pickled(self, started, starter) if copier is None else at_hand(copier.copied(started))
        loans = tuple(self.world.lent) if copier is None else ()
        for loan in loans:
            loan.give(process)

        def live() -> None:
            if loans and LOANS in self.world.exact:
                if any(loan.maker is not starter for loan in loans):
                    raise NotSimulated("a semaphore that one process has made, and another one starts a process with")
                perform(KERNEL, Operation("begin", (starter.number,)))
            own = begun(process, take, self.plan.start_method)
            process.handle, process.config = own, own._config
            own.run()

        holds_sentinel = self.plan.start_method != "forkserver"
        self._at_once(starter.number, lasting("start", number, held, False, holds_sentinel))
        self.world.add_strand(process, guarded(self, process, live), self._inherited(starter, process, copier))
        return number

    def resolve(self, data: object) -> object:
        return self.stock.recipe(data).make(self.find)

    def find(self, reference: Reference) -> object:
        if reference.kind == "code":
            names = ".".join(map(str, (reference.name, *reference.path)))
            return self.library.target(self.parent, CODE_MODULE, names)
        found: Any = self.shared[reference.name]
        for index in reference.path:
            found = found[index]
        return found

    def refuse(self, refusal: NotSimulated) -> None:
        if self.refusal is None:
            if not refusal.where:
                refusal.where = raised_at(refusal.__traceback__)
                refusal.what = _as_called(refusal.what, called_there(refusal.__traceback__))
            self.refusal = refusal

    def _at_once(self, process: int, operation: Operation) -> None:
        """Something that the system does, and that is no step of its own: nobody could see a difference."""
        world = self.world
        world.states[KERNEL] = world.steps[KERNEL](world.states[KERNEL], process, operation).state  # type: ignore[union-attr]


def _apart(target: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call ``target`` from a module of its process's own: what it warns its caller of is noted there."""
    call = FunctionType(_call.__code__, {"__name__": __name__})
    return call(target, args, kwargs)


def _call(target: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    return target(*args, **kwargs)


def _as_called(what: str, called: str) -> str:
    """``what`` cannot be simulated, and what a target ``called`` that led to it, unless that is told or private."""
    is_told = not called or what.partition(".")[0] == called.partition(".")[0]
    is_private = any(part.startswith("_") and not part.endswith("__") for part in called.split("."))
    return what if is_told or is_private else f"{what}, in {called}"


_COME = lasting("come")
