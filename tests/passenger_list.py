"""Whether this machine has the Titanic's list of passengers in the folder that FOUNDATIONS_DATA names."""

from foundations._local_data import local_file
from foundations.passengers import FILE

HAS_LIST = (file := local_file(FILE)) is not None and file.is_file()
