"""What differs between two tasks, trees or JSON values, and which hold a value; never recursive."""
