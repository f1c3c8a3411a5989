"""What workers and consumers do."""
