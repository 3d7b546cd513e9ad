"""From the files under content/ to values, with every mistake written down instead of raised."""
