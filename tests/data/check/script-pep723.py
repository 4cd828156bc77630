# /// script
# dependencies = ["lxml"]
# ///
import lxml

print(lxml.__version__)
