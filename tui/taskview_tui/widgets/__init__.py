"""Widgets that draw values and post messages; they fetch nothing and keep no state of a screen."""
