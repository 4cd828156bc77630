"""Web services: serve one application in several ways at once, load each in its turn, compare."""
