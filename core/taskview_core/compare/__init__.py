"""What differs between two tasks, two trees or two JSON values; pure, and never recursive."""
