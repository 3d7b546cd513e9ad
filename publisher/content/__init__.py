"""WHAT A POST IS: the files under content/ as values, and what is wrong in them."""
