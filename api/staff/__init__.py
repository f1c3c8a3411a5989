"""What staff and data providers do: everybody what their role is for, and nothing else."""
