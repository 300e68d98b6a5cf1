"""The one training loop.

A run goes through its stages; which networks learn, and by which steps, is the task's.  Every
random number is a function of (seed, step), so a checkpoint holds weights, optimizer moments and a
step count, and going on from it gives the run that was not interrupted.
"""

from __future__ import annotations

import logging
import os
import platform
import signal
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import gather_object
from torch import nn
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset

from summ.config import RunShape, TrainingStage
from summ.errors import CheckpointError, ConfigError, SummError
from summ.training.allocator import keep_freed_memory
from summ.training.checkpoint import (
    TrainState,
    checkpoint_name,
    checkpoints,
    load_average,
    load_networks,
    load_optimizers,
    read_state,
    save_checkpoint,
)
from summ.training.checkpoint_plan import averaged_steps, is_planned, is_within
from summ.training.interruption import Interruption, end_by
from summ.training.metrics import MetricsLog
from summ.training.orphan_watch import OrphanWatch, watch_of_meeting
from summ.training.progress import StageProgress
from summ.training.random_streams import RandomStreams, stage_seed
from summ.training.run_lock import RunLock
from summ.training.run_record import (
    describe_run,
    fingerprint,
    refuse_foreign_parts,
    refuse_other_texts,
    refuse_taken,
    remove_unfinished,
)
from summ.training.schedule import advance, schedule
from summ.training.sharding import accelerator_of, make_whole, send_shards, unsharded, whole
from summ.training.task import BatchSource, StageParts, Task
from summ.types import StepOutput

log = logging.getLogger("summ.train")


@dataclass(frozen=True)
class Learner:
    """A wrapped step, its optimizer and its schedule.

    It learns after each ``every``-th update of the stage, ``updates`` times.
    """

    step: nn.Module
    optimizer: Any
    scheduler: LRScheduler
    parameters: list[nn.Parameter]
    max_grad_norm: float
    every: int = 1
    updates: int = 1


class _Steps(Dataset[Any]):
    """The batches of a stage by position: update ``i // accumulation``, its micro-batches."""

    def __init__(self, batches: BatchSource, rank: int, world: int, accumulation: int) -> None:
        self.batches, self.rank, self.world = batches, rank, world
        self.accumulation = accumulation

    def __getitem__(self, index: int) -> Any:
        step, micro = divmod(index, self.accumulation)
        shard = self.rank + self.world * micro
        return self.batches.at(step, rows=(shard, self.world * self.accumulation))


class Trainer:
    """Carries a run through its stages.

    Args:
        make_task: the networks of the run and how they learn, on a device.
    """

    def __init__(
        self, config: RunShape, make_task: Callable[[torch.device], Task], resume: bool
    ) -> None:
        self.config = config
        keep_freed_memory()
        with watch_of_meeting():
            self.accelerator = accelerator_of(config.precision)
        self.checkpoints = config.output / "checkpoints"
        self.state = TrainState(0, 0, 0, 0, fingerprint(config))
        self.interruption = Interruption()
        self.lock = RunLock(config.output)
        try:
            self._prepare(make_task, resume)
        except BaseException:
            self.lock.release()
            raise

    def _prepare(self, make_task: Callable[[torch.device], Task], resume: bool) -> None:
        """Takes the run's folder, and brings networks and log to where the run stands."""
        config, main = self.config, self.accelerator.is_main_process
        if not checkpoints(self.checkpoints):
            refuse_taken(config, resume)  # before anything is made there, if only a lock
        if main:
            self.lock.acquire()
        self.folder = self._checkpoint_to_resume(resume)
        self.task = make_task(self.accelerator.device)
        texts = self.task.texts()
        if self.folder is not None:
            refuse_other_texts(self.folder, self.state.texts, texts)
            load_networks(self.folder, self.task.networks())
            if self.state.stage_step == 0:
                self._average(self.state.stage - 1)
        self.state = replace(self.state, texts=texts)
        self.accelerator.wait_for_everyone()  # or others would find what the first one makes
        if main:
            remove_unfinished(config)
            processes = self.accelerator.num_processes
            describe_run(config, processes, self.accelerator.is_fsdp2, texts)
            self.metrics = MetricsLog(config.output, self.state.step, self.state.figures)

    def run(self) -> Path:
        """Trains all stages and writes the model folder; returns its path.

        Raises:
            ConfigError: the run and the configuration do not fit together.
            SummError: too many updates were not finite.
            KeyboardInterrupt: after Ctrl-C, once a checkpoint is written.
            SystemExit: with 143, after SIGTERM, once a checkpoint is written.
        """
        try:
            with self._orphan_watch():
                return self._run()
        finally:
            self.lock.release()

    def _run(self) -> Path:
        with self.interruption:
            if self.folder is not None and self.state.stage_step == 0:
                # The run may have been killed between the checkpoint and the stage's folder.
                self._save_stage(self.state.stage - 1)
            for index in range(self.state.stage, len(self.config.stages)):
                parts = self.task.begin(index, self.accelerator.num_processes)
                if parts is not None:
                    self._train(parts)
                self._average(index)
                self._save_stage(index)
                self.state = replace(self.state, stage=index + 1, stage_step=0)
        last = len(self.config.stages) - 1
        self._save_model(self.config.output / "model", last, final=True)
        if self.accelerator.is_main_process:
            self.metrics.close()
        self.accelerator.end_training()
        return self.config.output / "model"

    def _train(self, parts: StageParts) -> None:
        """The loop."""
        stage, done = parts.stage, self.state.stage_step
        world, rank = self.accelerator.num_processes, self.accelerator.process_index
        accumulation = stage.optimizer.accumulation
        learner, adversary = self._learners(parts)
        steps = [one.step for one in (learner, adversary) if one is not None]
        loader = DataLoader(
            _Steps(parts.batches, rank, world, accumulation),
            batch_size=None,
            sampler=range(done * accumulation, stage.steps * accumulation),
            num_workers=self.config.loader_workers,
            persistent_workers=False,
        )
        main = self.accelerator.is_main_process
        progress = StageProgress(stage.name, stage.steps, done, shown=main)
        micro_batches = iter(loader)
        for number in range(done, stage.steps):
            with whole(*steps[1:]):
                batch, output, stats = self._update(learner, micro_batches, stage, number)
            if adversary is not None and (number + 1) % adversary.every == 0:
                texts = (parts.batches, batch)
                with whole(*steps[:1]):
                    stats |= self._update_adversary(adversary, *texts, output.draft, stage, number)
            learner.scheduler.step()
            self.state = replace(self.state, stage_step=number + 1, step=self.state.step + 1)
            self._report(parts, learner, steps, stats, progress)
            stopped_by = self._stopped_by()
            if stopped_by or is_planned(self.config, self.state.step):
                self._save_checkpoint(learner, adversary)
            if stopped_by:
                self._end(stopped_by)
        progress.close()
        make_whole(*steps)
        self.accelerator.free_memory()

    def _average(self, index: int) -> None:
        """Puts the mean of a finished stage's last checkpoints into the networks."""
        if self.config.stages[index].averaged > 1:
            steps = averaged_steps(self.config, index)
            folders = [self.checkpoints / checkpoint_name(step) for step in steps]
            for folder in folders:
                read_state(folder)
            load_average(folders, self.task.networks())

    def _stopped_by(self) -> int:
        """The signal that any of the processes got, 0 if none did; all say the same."""
        number = self.interruption.requested
        if self.accelerator.num_processes > 1:
            every = torch.tensor([number], device=self.accelerator.device)
            number = int(self.accelerator.gather(every).max())
        return number

    def _end(self, number: int) -> None:
        """Ends a run that was interrupted; its checkpoint is written."""
        if self.accelerator.is_main_process:
            self.metrics.close()
            log.warning(
                "%s: stopped by %s at step %d; all is in %s. Go on with --resume.",
                self.config.output,
                signal.Signals(number).name,
                self.state.step,
                self.checkpoints / checkpoint_name(self.state.step),
            )
        self.accelerator.end_training()
        raise end_by(number)

    def _orphan_watch(self) -> OrphanWatch | nullcontext[None]:
        """For ranks that a launcher started; a run of one's own may outlive its shell."""
        if self.accelerator.num_processes == 1 and "TORCHELASTIC_RUN_ID" not in os.environ:
            return nullcontext()
        (host, first), *_ = gather_object([(platform.node(), os.getpid())])
        return OrphanWatch(first if host == platform.node() and first != os.getpid() else None)

    def _update(
        self, learner: Learner, micro_batches: Iterator[Any], stage: TrainingStage, number: int
    ) -> tuple[Any, StepOutput, dict[str, Any]]:
        """One update over all its micro-batches: the last of them, its output, and the figures."""
        accumulation = stage.optimizer.accumulation
        for micro in range(accumulation):
            batch = next(micro_batches).to(self.accelerator.device)
            streams = self._streams(number, micro, accumulation, stage)
            more = micro + 1 < accumulation
            with self.accelerator.no_sync(learner.step) if more else nullcontext():
                with self.accelerator.autocast():
                    output: StepOutput = learner.step(batch, streams)
                self._backward(output.loss / accumulation)
        return batch, output, {**output.stats, "grad_norm": self._apply(learner)}

    def _update_adversary(
        self,
        adversary: Learner,
        batches: BatchSource,
        batch: Any,
        draft: Any,
        stage: TrainingStage,
        number: int,
    ) -> dict[str, Any]:
        """The adversary's updates: on the last micro-batch and its drafts, then on other texts."""
        world, rank = self.accelerator.num_processes, self.accelerator.process_index
        stats: dict[str, Any] = {}
        for extra in range(adversary.updates):
            later = number + extra * stage.steps
            if extra:
                # Texts of its own, from further on in the stage's endless order.
                fresh = batches.at(later, rows=(rank, world))
                batch, draft = fresh.to(self.accelerator.device), None
            with self.accelerator.autocast():
                streams = self._streams(later, 0, 1, stage)
                output: StepOutput = adversary.step(batch, draft, streams)
            self._backward(output.loss)
            self._apply(adversary)
            adversary.scheduler.step()
            stats |= output.stats
        return stats

    def _backward(self, loss: torch.Tensor) -> None:
        """Adds the gradients of a loss; NaN, all of them, where the loss is not finite."""
        self.accelerator.backward(loss * (1 + 0 * loss.detach()))

    def _apply(self, learner: Learner) -> torch.Tensor:
        """Clips and steps; an update that is not finite is skipped on all processes alike.

        Gradients are already averaged over the processes, so one process's NaN is everyone's
        and they all decide the same.
        """
        norm = unsharded(
            self.accelerator.clip_grad_norm_(learner.parameters, learner.max_grad_norm)
        )
        if torch.isfinite(norm):
            learner.optimizer.step()
        else:
            self.state = replace(self.state, bad_steps=self.state.bad_steps + 1)
            log.warning("step %d: loss or gradient is not finite, skipped", self.state.step + 1)
            if self.state.bad_steps > self.config.max_bad_steps:
                raise SummError(
                    f"{self.config.output}: {self.state.bad_steps} updates were not finite "
                    f"(max_bad_steps is {self.config.max_bad_steps}). Lower the learning rate, "
                    "or use precision: no; the last checkpoint is whole."
                )
        learner.optimizer.zero_grad()
        return norm

    def _streams(
        self, number: int, micro: int, accumulation: int, stage: TrainingStage
    ) -> RandomStreams:
        world, rank = self.accelerator.num_processes, self.accelerator.process_index
        return RandomStreams(
            seed=stage_seed(self.config.seed, stage.name),
            step=number,
            shard=rank + world * micro,
            shards=world * accumulation,
            device=self.accelerator.device,
        )

    def _learners(self, parts: StageParts) -> tuple[Learner, Learner | None]:
        """The stage's step and its adversary, wrapped, with their optimizers."""
        stage = parts.stage
        learner = self._learner(parts.step, stage, stage.optimizer.learning_rate, stage.steps)
        adversary, done = None, self.state.stage_step
        if parts.adversary is not None:
            every, updates = parts.adversary.every, parts.adversary.updates
            total, rate = updates * (stage.steps // every), parts.adversary.learning_rate
            adversary = self._learner(parts.adversary.step, stage, rate, total)
            adversary = replace(adversary, every=every, updates=updates)
        if self.folder is not None and done:
            load_optimizers(self.folder, _optimizers(learner, adversary))
            advance(learner.scheduler, done)
            if adversary is not None:
                advance(adversary.scheduler, adversary.updates * (done // adversary.every))
        self.folder = None
        return learner, adversary

    def _learner(self, step: nn.Module, stage: TrainingStage, rate: float, updates: int) -> Learner:
        """A wrapped step that is updated so many times in the stage."""
        step.train()
        parameters = [value for value in step.parameters() if value.requires_grad]
        optimizer = torch.optim.AdamW(
            parameters, lr=rate, betas=(0.9, 0.98), weight_decay=stage.optimizer.weight_decay
        )
        scheduler = schedule(optimizer, stage.optimizer, max(1, updates))
        wrapped, prepared = self.accelerator.prepare(step, optimizer)
        parameters = [value for value in wrapped.parameters() if value.requires_grad]
        return Learner(wrapped, prepared, scheduler, parameters, stage.optimizer.max_grad_norm)

    def _report(
        self,
        parts: StageParts,
        learner: Learner,
        steps: list[nn.Module],
        stats: dict[str, Any],
        progress: StageProgress,
    ) -> None:
        """Log, samples and validation, when they are due; on the main process."""
        stage, step, config = parts.stage, self.state.step, self.config
        validating = step % config.validate_every == 0 or self.state.stage_step == stage.steps
        if not self.accelerator.is_main_process:
            with whole(*steps) if validating else nullcontext():
                return
        self.metrics.add(stats)
        progress.update(lambda: {key: float(stats[key]) for key in parts.shown if key in stats})
        if validating:
            with whole(*steps), self.accelerator.autocast():
                result = parts.validate()
            self.metrics.write(step, stage=stage.name, **result.figures)
            for source, text in result.samples:
                log.info("step %d\n  source: %s\n  result: %s", step, source, text)
        elif step % config.log_every == 0:
            rate = float(learner.scheduler.get_last_lr()[0])
            entry = self.metrics.write(step, stage=stage.name, learning_rate=rate)
            progress.show({key: entry[key] for key in parts.shown if key in entry})

    def _save_checkpoint(self, learner: Learner, adversary: Learner | None) -> None:
        learning = (self.task.networks(), _optimizers(learner, adversary))
        if self.accelerator.is_main_process:
            save_checkpoint(
                self.checkpoints,
                replace(self.state, figures=self.metrics.pending()),
                *learning,
                self.config.keep_checkpoints,
                partial(is_planned, self.config),
            )
        else:
            send_shards(*learning)
        self.accelerator.wait_for_everyone()

    def _save_stage(self, index: int) -> None:
        self._save_model(self.config.output / "stages" / self.config.stages[index].name, index)

    def _save_model(self, folder: Path, index: int, final: bool = False) -> None:
        if self.accelerator.is_main_process:
            self.task.save(folder, index, final)
        self.accelerator.wait_for_everyone()

    def _checkpoint_to_resume(self, resume: bool) -> Path | None:
        """The newest checkpoint of this very run, if it is to go on.

        Raises:
            ConfigError: the folder holds a run that must not be overwritten, another one, or
                something else.
            CheckpointError: the checkpoint is damaged, or a model would replace something else.
        """
        found = checkpoints(self.checkpoints)
        if not found:
            refuse_taken(self.config, resume)
            return None
        state = read_state(found[-1])
        if not resume:
            raise ConfigError(
                f"{self.config.output}: already holds a run at step {state.step}. "
                "Go on with --resume, or choose another --output."
            )
        if state.fingerprint != self.state.fingerprint:
            raise ConfigError(
                f"{found[-1]}: was written with another configuration. "
                "Resume with the one it began with, in the same version of summ, or choose another "
                "--output."
            )
        if not is_within(self.config, state.stage, state.stage_step):
            raise CheckpointError(
                f"{found[-1]}: stands in a stage that this run does not have. Remove it; --resume "
                "takes the one before it."
            )
        refuse_foreign_parts(self.config, state.stage)
        if state.stage_step == self.config.stages[state.stage].updates:
            state = replace(state, stage=state.stage + 1, stage_step=0)
        self.state = state
        return found[-1]


def _optimizers(learner: Learner, adversary: Learner | None) -> dict[str, torch.optim.Optimizer]:
    """Torch's own optimizers by the names that checkpoints know."""
    found = {"step": learner.optimizer.optimizer}
    if adversary is not None:
        found["critic"] = adversary.optimizer.optimizer
    return found
