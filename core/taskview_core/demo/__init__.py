"""A made-up but realistic stream of conversations and tasks, the same on every machine."""

from taskview_core.demo.generate import DEFAULT_SEED, DEFAULT_TASKS, generate
from taskview_core.demo.records import CLOCK, ODD_KEY, ROOT_CAUSE_KEY, DemoConversation, DemoTask

__all__ = [
    "CLOCK",
    "DEFAULT_SEED",
    "DEFAULT_TASKS",
    "ODD_KEY",
    "ROOT_CAUSE_KEY",
    "DemoConversation",
    "DemoTask",
    "generate",
]
