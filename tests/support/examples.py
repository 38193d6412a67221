"""How many examples a property test tries: a few in the usual run, more in `.ci/run`.

`pytest --hypothesis-profile=all` tries them all; the option is that of Hypothesis's own plugin.
"""

from __future__ import annotations

from hypothesis import settings

ALL = "all"
CI = "ci"
USUAL = "taskview"
_OF_ALL = 100  # how many Hypothesis tries where nothing is said
_IN_CI = 20
_USUALLY = 10


def register_profiles() -> None:
    """Make both known to Hypothesis, and take the usual one."""
    # A shared machine is now slow, now fast: no example fails for its time.
    settings.register_profile(ALL, deadline=None, print_blob=True, max_examples=_OF_ALL)
    settings.register_profile(CI, settings.get_profile(ALL), max_examples=_IN_CI)
    settings.register_profile(USUAL, settings.get_profile(ALL), max_examples=_USUALLY)
    settings.load_profile(USUAL)


def examples(most: int) -> settings:
    """Give settings of a test that tries so many examples in all, and a part of them usually."""
    return settings(max_examples=max(1, most * settings().max_examples // _OF_ALL))
