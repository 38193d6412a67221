"""The colours of lines: one component class for each ink, and one for the cursor's line.

A theme gives the colours. Where there are none, the cursor's line is reversed, and without focus
underlined.
"""

from __future__ import annotations

from taskview_tui.render.piece import Ink

LINE_CLASSES = {"line-view--cursor", *(f"line-view--{ink.value}" for ink in Ink)}
"""The classes of what a `LineView` draws in, by which its CSS names them."""

LINE_CSS = """
LineView {
    background: $surface;
    color: $foreground;
    overflow-x: auto;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    scrollbar-size-horizontal: 1;

    & > .line-view--dim { color: $text-muted; }
    & > .line-view--strong { text-style: bold; }
    & > .line-view--header { background: $panel; color: $text-muted; }
    & > .line-view--sorted { background: $panel; color: $text-primary; text-style: bold; }
    & > .line-view--heading { color: $text-primary; text-style: bold; }
    & > .line-view--guide { color: $text-muted; }
    & > .line-view--mark { color: $text-accent; text-style: italic; }
    & > .line-view--error { color: $text-error; }
    & > .line-view--pending { color: $text-muted; }
    & > .line-view--running { color: $text-primary; }
    & > .line-view--completed { color: $text-success; }
    & > .line-view--failed { color: $text-error; text-style: bold; }
    & > .line-view--cancelled { color: $text-warning; }
    & > .line-view--unknown { color: $text-accent; }
    & > .line-view--key { color: $text-primary; }
    & > .line-view--string { color: $text-success; }
    & > .line-view--number { color: $text-warning; }
    & > .line-view--literal { color: $text-accent; }
    & > .line-view--code { color: $text-warning; }
    & > .line-view--emphasis { text-style: italic; }
    & > .line-view--queued { color: $text-warning; }
    & > .line-view--waiting { color: $text-muted; }
    & > .line-view--critical { color: $text-accent; text-style: bold; }
    & > .line-view--match {
        background: $warning;
        color: $background;
        text-style: bold underline;
    }
    &:nocolor > .line-view--match { text-style: bold underline reverse; }

    & > .line-view--cursor { background: $block-cursor-blurred-background; }
    &:nocolor > .line-view--cursor, &:ansi > .line-view--cursor { text-style: underline; }
    &:focus > .line-view--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: $block-cursor-text-style;
    }
    &:nocolor:focus > .line-view--cursor {
        text-style: reverse;
    }
}
"""
