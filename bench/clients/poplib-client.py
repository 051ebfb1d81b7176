"""poplib-client.py HOST PORT USER FOLDER [CA]: fetches what FOLDER/known does not list into FOLDER/mail."""

import os
import poplib
import ssl
import sys

host, port, user, folder = sys.argv[1:5]
if len(sys.argv) > 5:
    context = ssl.create_default_context(cafile=sys.argv[5])
    server = poplib.POP3_SSL(host, int(port), timeout=600, context=context)
else:
    server = poplib.POP3(host, int(port), timeout=600)
poplib._MAXLINE = 1 << 24
server.user(user)
server.pass_(os.environ["POP3_PASSWORD"])
known_file = os.path.join(folder, "known")
known = set()
if os.path.exists(known_file):
    with open(known_file) as lines:
        known = set(lines.read().split())
with open(known_file, "a") as ledger:
    for row in server.uidl()[1]:
        number, uidl = row.decode("latin-1").split(" ", 1)
        if uidl in known:
            continue
        lines = server.retr(int(number))[1]
        with open(os.path.join(folder, "mail", number), "wb") as file:
            file.write(b"\r\n".join(lines) + b"\r\n")
        ledger.write(uidl + "\n")
server.quit()
