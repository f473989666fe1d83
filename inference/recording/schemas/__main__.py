"""Write the schemas anew."""

from inference.recording.schemas import write_schemas

write_schemas()
