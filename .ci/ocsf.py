"""Makes a JSON Schema of the OCSF events that `envaudit export --format ocsf` writes, from a checkout of the OCSF schema.

Usage: ocsf.py CHECKOUT

OCSF (https://github.com/ocsf/ocsf-schema, Apache-2.0) keeps its schema in a language of its own: classes and objects extend
each other, include profiles, and take the types of their attributes from a dictionary. What it requires of an event is
compiled here: required attributes, types, enumerations with the captions that go with them, and constraints. Attributes
that the schema does not know are refused. Objects that no event of ours has are not gone into, and those that a version does
not have are left out.
"""

import json
import pathlib
import re
import sys

CLASSES = {"base_event": "events/base_event.json", "device_config_state_change": "events/discovery/device_config_state_change.json"}
PROFILES = {"host", "record_integrity"}
OBJECTS = {"actor", "attestation", "device", "fingerprint", "metadata", "product", "session", "user"}


class Ocsf:
    def __init__(self, checkout):
        self.root = pathlib.Path(checkout)
        dictionary = self.read("dictionary.json")
        self.attributes = dictionary["attributes"]
        self.types = dictionary["types"]["attributes"]
        self.categories = self.read("categories.json")["attributes"]
        self.version = self.read("version.json")["version"]
        every = [json.loads(path.read_text()) for folder in ("events", "objects") for path in sorted((self.root / folder).rglob("*.json"))]
        self.named = {item["name"]: item for item in every}

    def read(self, path):
        return json.loads((self.root / path).read_text())

    def merged(self, item):
        """The attributes of a class or an object, those of what it extends and includes among them, and its constraints."""
        attributes, constraints = {}, {}
        if "extends" in item:
            attributes, constraints = self.merged(self.named[item["extends"]])
        own = dict(item["attributes"])
        includes = own.pop("$include", [])
        for path in [includes] if isinstance(includes, str) else includes:
            included = self.read(path)
            profile = included["name"] if included.get("meta") == "profile" else None
            for name, attribute in included["attributes"].items():
                self.add(attributes, name, {"profile": profile, **attribute})
        for name, attribute in own.items():
            self.add(attributes, name, attribute)
        return attributes, {**constraints, **item.get("constraints", {})}

    @staticmethod
    def add(attributes, name, attribute):
        before = attributes.get(name, {})
        enum = {**before.get("enum", {}), **attribute.get("enum", {})}
        attributes[name] = {**before, **attribute, **({"enum": enum} if enum else {})}

    def object_of(self, item, const=None):
        attributes, constraints = self.merged(item)
        properties, required, siblings = {}, [], []
        for name, attribute in sorted(attributes.items()):
            if attribute.get("profile") not in PROFILES | {None}:
                continue
            known = self.attributes[name]
            enum = {**known.get("enum", {}), **attribute.get("enum", {})}
            schema = self.type_of(known, enum)
            properties[name] = {"const": const[name]} if const and name in const else schema
            if attribute.get("requirement") == "required":
                required.append(name)
            if enum and known.get("sibling") in attributes and not (const and name in const):
                siblings += [self.caption(name, known["sibling"], key, value["caption"]) for key, value in sorted(enum.items()) if key != "99"]
        schema = {"type": "object", "properties": properties, "required": sorted(required), "additionalProperties": False}
        for kind, word in (("at_least_one", "anyOf"), ("just_one", "oneOf")):
            if kind in constraints:
                schema[word] = [{"required": [name]} for name in constraints[kind] if name in properties]
        if siblings:
            schema["allOf"] = siblings
        return schema

    @staticmethod
    def caption(name, sibling, key, caption):
        return {"if": {"properties": {name: {"const": int(key)}}, "required": [name]}, "then": {"properties": {sibling: {"const": caption}}}}

    def type_of(self, known, enum):
        kind = known["type"]
        if kind in self.types:
            schema = self.scalar(kind, enum)
        elif kind in OBJECTS:
            schema = {"$ref": f"#/$defs/{kind}"}
        else:
            schema = {"type": "object"}
        return {"type": "array", "items": schema} if known.get("is_array") else schema

    def scalar(self, kind, enum):
        found = self.types[kind]
        base = found.get("type", kind)
        schema = {"string_t": {"type": "string"}, "integer_t": {"type": "integer"}, "long_t": {"type": "integer"}, "float_t": {"type": "number"}, "boolean_t": {"type": "boolean"}, "json_t": {}}[base]
        schema = dict(schema)
        if enum and base in ("integer_t", "long_t"):
            schema["enum"] = sorted(int(key) for key in enum)
        if "regex" in found and not re.search(r"\(\?[=!<]", found["regex"]):
            schema["pattern"] = found["regex"]
        if "max_len" in found:
            schema["maxLength"] = found["max_len"]
        if "range" in found:
            schema["minimum"], schema["maximum"] = found["range"]
        return schema

    def class_of(self, name):
        item = self.named[name]
        category = item.get("category") or self.named[item["extends"]]["category"]
        known = self.categories.get(category, {"uid": 0, "caption": "Uncategorized"})
        uid = known["uid"] * 1000 + item.get("uid", 0)
        attributes, _ = self.merged(item)
        const = {"category_uid": known["uid"], "category_name": known["caption"], "class_uid": uid, "class_name": item["caption"]}
        schema = self.object_of(item, const)
        schema["properties"]["type_uid"] = {"enum": [uid * 100 + int(key) for key in sorted(attributes["activity_id"]["enum"], key=int)]}
        return schema


def main():
    ocsf = Ocsf(sys.argv[1])
    used = {name: ocsf.object_of(ocsf.named[name]) for name in sorted(OBJECTS & ocsf.named.keys())}
    classes = {name: ocsf.class_of(name) for name in CLASSES}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"Compiled by .ci/ocsf.py from version {ocsf.version} of https://github.com/ocsf/ocsf-schema (Apache-2.0)",
        "title": f"The events of OCSF {ocsf.version} that envaudit writes",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in classes],
        "$defs": {**classes, **used},
    }
    print(json.dumps(document, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
