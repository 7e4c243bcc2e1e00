"""The interfaces of other services, spoken unchanged: a file for each, which gives its words and no more."""
