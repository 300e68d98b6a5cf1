"""The commands of the command line; ``summ.cli`` gives them their names."""
