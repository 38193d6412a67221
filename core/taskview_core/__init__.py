"""What taskview knows about agent tasks, without a screen: entities, queries, trees, storage."""
