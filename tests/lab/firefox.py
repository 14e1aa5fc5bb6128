#!/usr/bin/python3
"""What Firefox says of servers: one headless process, driven through Marionette.

    firefox.py ROOT.pem <URLS >RESULTS

Trusts ROOT.pem in a fresh profile, loads each URL of standard input once, and prints a line
"URL ERROR STATUS": NSS's error number (0: the connection was accepted) and the HTTP status
("-": none).  A good staple is cached for its certificate, so each URL should have a certificate of
its own.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PREFERENCES = {
    "marionette.port": 0,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.proxy.type": 0,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}

LOAD = """
let [url, done] = arguments;
let get = f => { try { return f(); } catch (e) { return null; } };
let channel = Cc["@mozilla.org/network/io-service;1"].getService(Ci.nsIIOService).newChannel(
    url, null, null, null, Services.scriptSecurityManager.getSystemPrincipal(), null,
    Ci.nsILoadInfo.SEC_ALLOW_CROSS_ORIGIN_SEC_CONTEXT_IS_NULL, Ci.nsIContentPolicy.TYPE_OTHER);
channel.loadFlags |= Ci.nsIRequest.LOAD_BYPASS_CACHE | Ci.nsIRequest.LOAD_ANONYMOUS;
channel.asyncOpen({
    onStartRequest() {}, onDataAvailable() {},
    onStopRequest(request, status) {
        let info = channel.securityInfo;
        done({error: get(() => info.errorCode), status: status,
              http: get(() => channel.QueryInterface(Ci.nsIHttpChannel).responseStatus)});
    }});
"""


class Marionette:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.file = self.socket.makefile("rb")
        self.count = 0
        self.receive()

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            c = self.file.read(1)
            if not c:
                raise SystemExit("firefox closed the connection")
            length += c
        return json.loads(self.file.read(int(length[:-1])))

    def call(self, name, **arguments):
        self.count += 1
        text = json.dumps([0, self.count, name, arguments]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        while True:
            kind, number, error, result = self.receive()
            if kind == 1 and number == self.count:
                if error:
                    raise SystemExit("%s: %s" % (name, error.get("message")))
                return result


def make_profile(folder, root):
    os.makedirs(folder)
    store = "sql:" + folder
    subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], check=True)
    subprocess.run(["certutil", "-A", "-d", store, "-n", "lab", "-t", "C,,", "-i", root], check=True)
    with open(os.path.join(folder, "user.js"), "w", encoding="ascii") as f:
        for key, value in PREFERENCES.items():
            f.write("user_pref(%s, %s);\n" % (json.dumps(key), json.dumps(value)))


def start(folder, home):
    environment = dict(os.environ, HOME=home, MOZ_CRASHREPORTER_DISABLE="1")
    for name in ("SSLKEYLOGFILE", "http_proxy", "https_proxy", "all_proxy", "DISPLAY"):
        environment.pop(name, None)
    process = subprocess.Popen(
        ["firefox-esr", "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", folder,
         "about:blank"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True)
    where = os.path.join(folder, "MarionetteActivePort")
    for _ in range(600):
        if os.path.exists(where):
            with open(where, encoding="ascii") as f:
                text = f.read().strip()
            if text:
                return process, int(text)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("firefox does not start")


def main():
    home = tempfile.mkdtemp()
    process = None
    try:
        folder = os.path.join(home, "profile")
        make_profile(folder, sys.argv[1])
        process, port = start(folder, home)
        m = Marionette(port)
        m.call("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        m.call("Marionette:SetContext", value="chrome")
        m.call("WebDriver:SetTimeouts", script=30000)
        for line in sys.stdin:
            url = line.strip()
            got = m.call("WebDriver:ExecuteAsyncScript", script=LOAD, args=[url],
                         sandbox="system")["value"]
            http = got.get("http")
            print(url, got.get("error") or 0, "-" if http is None else http, flush=True)
    finally:
        if process:
            try:
                os.killpg(process.pid, 15)
                process.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, 9)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
