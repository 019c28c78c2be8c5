"""How tables of an earlier release become those of this one. Every step only adds, so that
programs of both work side by side while one replaces the other."""
