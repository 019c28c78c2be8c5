"""The command line: the same river as the pages, for shells and scripts."""
