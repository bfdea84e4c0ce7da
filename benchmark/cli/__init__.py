"""The command line: argv becomes objects, objects become an exit code. The only room that prints."""
