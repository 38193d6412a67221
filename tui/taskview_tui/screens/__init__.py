"""The screens: each owns a frozen state and the workers that fetch for it."""
