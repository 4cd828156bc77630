"""The lint of the pages: words, fences, links, images and stamps. Reads Markdown, runs nothing."""
