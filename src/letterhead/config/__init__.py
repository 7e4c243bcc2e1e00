"""The configuration: one frozen Config, read once at start.

sections     every section and key: its type, default and meaning; what `describe` lists
root_hints   the one default that is too long for its line
value        what a single value must look like, by itself
source       where values come from: the file, the environment, files that hold secrets
combination  what values must be to each other, and what is legal but unwise
loading      all of it put together into a Config, or a ConfigError that names every problem
"""

from letterhead.config.loading import Config, ConfigError, load
from letterhead.config.sections import Setting, describe

__all__ = ["Config", "ConfigError", "Setting", "describe", "load"]
