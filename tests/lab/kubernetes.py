#!/usr/bin/python3
"""What no cluster is needed for.

    kubernetes.py check FILE.yaml
    kubernetes.py serve FILE.yaml FOLDER NAMESPACE

check: the objects of the file have the fields that the API asks for and none that it does not
know, grant what the pod needs and no more, and the pod has no rights that it does not need.
Prints a line for each thing that is wrong.

serve: an API server for Secrets, in FOLDER/NAME.json, on https://localhost:PORT ("listening on
URL"), with FOLDER/server.pem, server.key and token.  The rights are those of the file's Role.  A
PATCH is a merge patch (RFC 7396) and refused with 409 for another resourceVersion.  FOLDER/log has
a line "METHOD NAME STATUS" for each request; a file FOLDER/meddle makes the next PATCH find a Secret
that was changed just before.
"""
import http.server
import json
import os
import re
import ssl
import sys

import yaml

TEXT, FLAG, NUMBER = str, bool, int
ENV = {"name!": TEXT, "value": TEXT}
CONTAINER = {
    "name!": TEXT, "image!": TEXT, "command": [TEXT], "args": [TEXT], "env": [ENV],
    "securityContext": {"allowPrivilegeEscalation": FLAG, "readOnlyRootFilesystem": FLAG,
                        "capabilities": {"drop": [TEXT], "add": [TEXT]}},
    "resources": {"requests": {"cpu": TEXT, "memory": TEXT}, "limits": {"cpu": TEXT, "memory": TEXT}},
    "volumeMounts": [{"name!": TEXT, "mountPath!": TEXT, "readOnly": FLAG}],
}
POD = {
    "serviceAccountName": TEXT, "automountServiceAccountToken": FLAG, "enableServiceLinks": FLAG,
    "restartPolicy!": TEXT, "containers!": [CONTAINER],
    "securityContext": {"runAsNonRoot": FLAG, "runAsUser": NUMBER, "runAsGroup": NUMBER,
                        "fsGroup": NUMBER, "seccompProfile": {"type!": TEXT}},
    "volumes": [{"name!": TEXT, "emptyDir": {"medium": TEXT, "sizeLimit": TEXT}}],
}
META = {"name!": TEXT, "labels": {}}
JOB = {"backoffLimit": NUMBER, "activeDeadlineSeconds": NUMBER,
       "template!": {"metadata": {"labels": {}}, "spec!": POD}}
OBJECTS = {
    ("v1", "ServiceAccount"): {"metadata!": META, "automountServiceAccountToken": FLAG},
    ("rbac.authorization.k8s.io/v1", "Role"): {
        "metadata!": META, "rules!": [{"apiGroups!": [TEXT], "resources!": [TEXT],
                                       "resourceNames": [TEXT], "verbs!": [TEXT]}]},
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): {
        "metadata!": META, "roleRef!": {"apiGroup!": TEXT, "kind!": TEXT, "name!": TEXT},
        "subjects": [{"kind!": TEXT, "name!": TEXT, "namespace": TEXT}]},
    ("batch/v1", "CronJob"): {
        "metadata!": META, "spec!": {
            "schedule!": TEXT, "concurrencyPolicy": TEXT, "startingDeadlineSeconds": NUMBER,
            "successfulJobsHistoryLimit": NUMBER, "failedJobsHistoryLimit": NUMBER,
            "jobTemplate!": {"spec!": JOB}}},
}


class Unique(yaml.SafeLoader):
    """A key that stands there twice is an error."""


def mapping(loader, node):
    keys = [loader.construct_object(k) for k, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.YAMLError("%s: %s twice" % (node.start_mark, key))
    return loader.construct_mapping(node, deep=True)


Unique.add_constructor("tag:yaml.org,2002:map", mapping)


def load(file):
    with open(file, encoding="utf-8") as f:
        return list(yaml.load_all(f, Unique))


def fields(value, shape, where):
    """What of value does not have this shape."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [where + ": not a list"]
        return [w for i, v in enumerate(value) for w in fields(v, shape[0], "%s[%d]" % (where, i))]
    if not isinstance(shape, dict):
        return [] if type(value) is shape else ["%s: %r is not %s" % (where, value, shape.__name__)]
    if not isinstance(value, dict):
        return [where + ": not a mapping"]
    if not shape:
        return []
    known = {k.rstrip("!"): s for k, s in shape.items()}
    wrong = ["%s: no %s" % (where, k[:-1]) for k in shape if k.endswith("!") and k[:-1] not in value]
    wrong += ["%s: %s is not known" % (where, k) for k in value if k not in known]
    for key in value:
        if key in known:
            wrong += fields(value[key], known[key], "%s.%s" % (where, key))
    return wrong


def check(objects):
    wrong, by = [], {}
    for o in objects:
        kind = (o.get("apiVersion"), o.get("kind"))
        if kind not in OBJECTS:
            wrong.append("%s %s is not known" % kind)
            continue
        wrong += fields({k: v for k, v in o.items() if k not in ("apiVersion", "kind")}, OBJECTS[kind], kind[1])
        by[kind[1]] = o
    if wrong or len(by) != 4 or len(objects) != 4:
        return wrong or ["not the four objects"]
    account, role, binding, job = (by[k] for k in ("ServiceAccount", "Role", "RoleBinding", "CronJob"))
    names = [o["metadata"]["name"] for o in objects]
    wrong += ["%s is no name" % n for n in names if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", n)]
    template = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    container = template["containers"][0]
    confined = container.get("securityContext", {})
    pod = template.get("securityContext", {})
    rule = role["rules"][0]

    def must(what, holds):
        if not holds:
            wrong.append(what)

    must("the account's token goes to the pod alone", account.get("automountServiceAccountToken") is False and
         template.get("automountServiceAccountToken") is True)
    must("one rule", len(role["rules"]) == 1)
    must("Secrets alone", rule["apiGroups"] == [""] and rule["resources"] == ["secrets"])
    must("get and patch alone", sorted(rule["verbs"]) == ["get", "patch"])
    must("the Secrets by name", rule.get("resourceNames") and rule["resourceNames"] == container["args"])
    must("the Role is bound", binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role",
                                                     "name": role["metadata"]["name"]})
    must("to the account", binding.get("subjects") == [{"kind": "ServiceAccount",
                                                        "name": account["metadata"]["name"]}])
    must("which is the pod's", template.get("serviceAccountName") == account["metadata"]["name"])
    minute = r"(\*|[0-9]+)(/[0-9]+)?"
    must("a schedule", re.fullmatch(" ".join([minute] * 5), job["spec"]["schedule"]))
    must("one job at a time", job["spec"].get("concurrencyPolicy") == "Forbid")
    must("a policy that a job can have", template["restartPolicy"] in ("Never", "OnFailure"))
    must("not root", pod.get("runAsNonRoot") is True and pod.get("runAsUser", 0) > 0)
    must("seccomp", pod.get("seccompProfile") == {"type": "RuntimeDefault"})
    must("a root that is read-only", confined.get("readOnlyRootFilesystem") is True)
    must("no more rights", confined.get("allowPrivilegeEscalation") is False)
    must("no capabilities", confined.get("capabilities") == {"drop": ["ALL"]})
    must("a limit", "memory" in container.get("resources", {}).get("limits", {}))
    must("an image with a version", re.fullmatch(r"\S+:[0-9][^:/]*", container["image"]))
    volumes = {v["name"] for v in template.get("volumes", [])}
    must("volumes that are there", {m["name"] for m in container["volumeMounts"]} == volumes)
    return wrong


def merge(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        else:
            target[key] = merge(target.get(key), value)
    return target


def serve(file, folder, namespace):
    rule = next(o for o in load(file) if o["kind"] == "Role")["rules"][0]
    with open(os.path.join(folder, "token"), encoding="ascii") as f:
        token = f.read().strip()

    class Api(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def answer(self, status, body):
            with open(os.path.join(folder, "log"), "a", encoding="utf-8") as f:
                f.write("%s %s %d\n" % (self.command, self.path.split("/")[-1], status))
            text = json.dumps(body, indent=2).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def refuse(self, status, reason):
            self.answer(status, {"kind": "Status", "apiVersion": "v1", "status": "Failure",
                                 "reason": reason, "code": status})

        def one(self):
            where, _, name = self.path.rpartition("/")
            path = os.path.join(folder, name + ".json")
            verb = self.command.lower()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != "Bearer " + token:
                return self.refuse(401, "Unauthorized")
            if where != "/api/v1/namespaces/%s/secrets" % namespace or verb not in rule["verbs"] or \
                    name not in rule["resourceNames"]:
                return self.refuse(403, "Forbidden")
            if not os.path.exists(path):
                return self.refuse(404, "NotFound")
            with open(path, encoding="utf-8") as f:
                secret = json.load(f)
            if verb == "get":
                return self.answer(200, secret)
            if self.headers.get("Content-Type") != "application/merge-patch+json":
                return self.refuse(415, "UnsupportedMediaType")
            version = int(secret["metadata"]["resourceVersion"])
            if os.path.exists(os.path.join(folder, "meddle")):
                version += 1
            patch = json.loads(body)
            if patch.get("metadata", {}).pop("resourceVersion", str(version)) != str(version):
                return self.refuse(409, "Conflict")
            secret = merge(secret, patch)
            secret["metadata"]["resourceVersion"] = str(version + 1)
            with open(path + ".new", "w", encoding="utf-8") as f:
                json.dump(secret, f)
            os.replace(path + ".new", path)
            return self.answer(200, secret)

        do_GET = do_PATCH = do_PUT = do_POST = do_DELETE = one

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print("listening on https://localhost:%d" % server.server_port, flush=True)
    server.serve_forever()


if sys.argv[1] == "check":
    found = check(load(sys.argv[2]))
    print("\n".join(found))
    sys.exit(bool(found))
serve(*sys.argv[2:])
