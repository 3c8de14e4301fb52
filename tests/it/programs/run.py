import json
import os
import runpy
import sys

with open(sys.argv[1]) as steps:
    for step in json.load(steps):
        os.environ.update(step["environment"])
        print("=== " + step["operation"], flush=True)
        runpy.run_path(step["file"])
