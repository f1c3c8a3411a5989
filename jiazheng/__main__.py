"""`python -m jiazheng` is the `jiazheng` command."""

from jiazheng.cli import main

main()
