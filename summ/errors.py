"""Every error that summ raises on purpose.

::

    SummError
    ├── ConfigError        a setting is unknown, of the wrong type, or contradicts another
    │   └── ArgumentError  one that was passed to a function; it is a ValueError, too
    ├── DataError          a text, record, file or corpus cannot be used as it is
    └── CheckpointError    a model folder or training checkpoint is missing, damaged or foreign

The message is one line in the form *where: what is wrong, what was found. What to do.*
``summ.cli`` prints it after ``summ: error:`` and exits with 1; anything else that reaches
the command line is a defect of summ.
"""


class SummError(Exception):
    """A problem the user can mend; the message says where it is and how."""


class ConfigError(SummError):
    """A configuration value is unknown, malformed or contradictory."""


class ArgumentError(ConfigError, ValueError):
    """A value that was passed to a function is none that it can take."""


class DataError(SummError):
    """A text, record, file or corpus cannot be used as it is."""


class CheckpointError(SummError):
    """A model folder or checkpoint is missing, damaged, or from another version."""
