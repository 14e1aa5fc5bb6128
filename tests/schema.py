#!/usr/bin/python3
"""schema.py SCHEMA-DIR NAME FILE...: does each JSON document fit schema NAME, and is every key of
it in the schema?  (The schemas allow further keys, as later versions may add some; what this
version writes must be documented.)  NAME ending in ".line": one document a line."""
import json
import os
import sys

from jsonschema import Draft202012Validator, RefResolver


def closed(node):
    if isinstance(node, dict):
        if "properties" in node and node.get("type") == "object":
            node["additionalProperties"] = False
        for value in node.values():
            closed(value)
    elif isinstance(node, list):
        for value in node:
            closed(value)


def main():
    folder, name = sys.argv[1:3]
    store = {}
    for file in os.listdir(folder):
        if not file.endswith(".json"):
            continue
        with open(os.path.join(folder, file), encoding="utf-8") as f:
            schema = json.load(f)
        Draft202012Validator.check_schema(schema)
        closed(schema)
        store[schema["$id"]] = schema
    lines = name.endswith(".line")
    schema = next(s for i, s in store.items() if i.endswith("/" + name.removesuffix(".line") + ".json"))
    validator = Draft202012Validator(schema, resolver=RefResolver(schema["$id"], schema, store))
    bad = 0
    for path in sys.argv[3:]:
        with open(path, encoding="utf-8") as f:
            documents = [json.loads(line) for line in f] if lines else [json.load(f)]
        for document in documents:
            for error in validator.iter_errors(document):
                where = "/".join(str(p) for p in error.absolute_path)
                print(f"{path}: {where}: {error.message[:300]}")
                bad += 1
    sys.exit(bad > 0)


main()
