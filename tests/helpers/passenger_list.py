"""Whether the folder that FOUNDATIONS_DATA names has the Titanic's list of passengers, and timm's tables."""

from foundations._local_data import local_file
from foundations.images.image_models import FILES
from foundations.passengers.lists import FILE

HAS_LIST = (file := local_file(FILE)) is not None and file.is_file()
HAS_TABLES = all(
    any((file := local_file(f"timm/{name}")) is not None and file.is_file() for name in names)
    for names, _ in FILES.values()
)
