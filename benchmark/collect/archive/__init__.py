"""What is inside an image: its archive is streamed from the engine, and only headers are read."""
