"""The colours of lines: one component class for each ink, and one for the cursor's line.

A theme gives the colours. Where there are none, the cursor's line is reversed, and without focus
underlined. What inks have in common is said once, not nested: it is read before the first frame.
"""

from __future__ import annotations

from taskview_tui.render.piece import Ink

LINE_CLASSES = {"line-view--cursor", *(f"line-view--{ink.value}" for ink in Ink)}
"""The classes of what a `LineView` draws in, by which its CSS names them."""

LINE_CSS = """
LineView {
    width: 1fr;
    height: 1fr;
    min-height: 3;
    background: $surface;
    color: $foreground;
    overflow-x: auto;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    scrollbar-size-horizontal: 1;
}

.-wide .body > LineView { width: 3fr; }

.line-view--dim, .line-view--guide, .line-view--pending, .line-view--waiting { color: $text-muted; }
.line-view--running, .line-view--key, .line-view--heading { color: $text-primary; }
.line-view--completed, .line-view--string { color: $text-success; }
.line-view--cancelled, .line-view--number, .line-view--code, .line-view--queued {
    color: $text-warning;
}
.line-view--error, .line-view--failed { color: $text-error; }
.line-view--unknown, .line-view--literal, .line-view--mark, .line-view--critical {
    color: $text-accent;
}
.line-view--strong, .line-view--heading, .line-view--failed, .line-view--critical {
    text-style: bold;
}
.line-view--mark, .line-view--emphasis { text-style: italic; }
.line-view--header { background: $panel; color: $text-muted; }
.line-view--sorted { background: $panel; color: $text-primary; text-style: bold; }
.line-view--match { background: $warning; color: $background; text-style: bold underline; }
.line-view--cursor { background: $block-cursor-blurred-background; }

LineView {
    &:nocolor > .line-view--match { text-style: bold underline reverse; }
    &:nocolor > .line-view--cursor, &:ansi > .line-view--cursor { text-style: underline; }
    &:focus > .line-view--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: $block-cursor-text-style;
    }
    &:nocolor:focus > .line-view--cursor { text-style: reverse; }
}
"""
