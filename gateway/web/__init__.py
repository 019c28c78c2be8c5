"""The HTTP shell around the pages: who may connect, what answers, and what is never logged."""
