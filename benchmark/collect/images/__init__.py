"""What images and build files say about how an image is made: parsers of text, and what follows from it."""
