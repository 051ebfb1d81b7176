#!/usr/bin/env python3
"""A second opinion: retrieve a whole POP3 mailbox, sharing no code and no library with the product.

usage: POP3_PASSWORD=... raw-pop3-client.py HOST PORT USER
Prints one JSON object a message: {"n", "uidl", "size", "sha256"}, of the octets after removing the byte-stuffing
(RFC 1939 section 3), CRLF kept. Deletes nothing. Any answer that is not understood ends it with a failure.
"""
import hashlib
import json
import os
import re
import socket
import sys


class Mailbox:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=60)
        self.unread = b""
        self.expect_ok("greeting")

    def more(self):
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise SystemExit("the server closed the connection")
        return chunk

    def line(self):
        while b"\r\n" not in self.unread:
            self.unread += self.more()
        line, self.unread = self.unread.split(b"\r\n", 1)
        return line

    def expect_ok(self, what):
        answer = self.line()
        if not answer.startswith(b"+OK"):
            raise SystemExit(f"{what}: {answer!r}")

    def command(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
        self.expect_ok(text.split()[0])

    def ask_for_utf8(self):
        """Mail as it is where a server has another form of it for clients without UTF-8 (RFC 6856)."""
        self.socket.sendall(b"CAPA\r\n")
        if self.line().startswith(b"+OK") and b"UTF8" in self.body().upper().split():
            self.command("UTF8")

    def body(self):
        """The octets up to the line that holds a single dot, un-stuffed."""
        data = bytearray(b"\r\n" + self.unread)
        searched = 0
        while (end := data.find(b"\r\n.\r\n", searched)) < 0:
            searched = max(0, len(data) - 4)
            data += self.more()
        self.unread = bytes(data[end + 5:])
        return re.sub(rb"\r\n\.", b"\r\n", bytes(data[: end + 2]))[2:]


def main():
    host, port, user = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    mailbox = Mailbox(host, port)
    mailbox.ask_for_utf8()
    mailbox.command(f"USER {user}")
    mailbox.command(f"PASS {os.environ['POP3_PASSWORD']}")
    mailbox.command("UIDL")
    for row in mailbox.body().decode("latin-1").split("\r\n")[:-1]:
        number, _, uidl = row.partition(" ")
        mailbox.command(f"RETR {number}")
        octets = mailbox.body()
        digest = hashlib.sha256(octets).hexdigest()
        print(json.dumps({"n": int(number), "uidl": uidl, "size": len(octets), "sha256": digest}))
    if mailbox.unread:
        raise SystemExit(f"octets nobody asked for: {mailbox.unread[:80]!r}")
    mailbox.command("QUIT")


main()
