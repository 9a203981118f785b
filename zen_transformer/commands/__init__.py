"""The command line, one file a command. What a command does can also be called from Python."""
