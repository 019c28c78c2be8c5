"""The fault plan: every way this program can be hurt, as rows of one table that is run by
``python -m storm`` (``PYTHONPATH=tests:.``) and, in a small version, by pytest."""
