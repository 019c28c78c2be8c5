"""How well the content guard sees: a labelled set that is made without looking at its rules, and
the table that is printed by ``python -m guard.report`` (``PYTHONPATH=tests:.``, ``make
guard-report``). A small version runs with pytest."""
