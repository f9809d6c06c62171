"""How people find an item: the index of what is in force, the ranked answer, facets, synonyms, what is in demand."""
