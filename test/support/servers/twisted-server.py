#!/usr/bin/env python3
"""A POP3 server made of Twisted's own protocol, over one folder of message files a user. Run by twisted.ts.

usage: POP3_PASSWORD=... twisted-server.py PORT TLS_PORT CERTIFICATE KEY MAIL_FOLDER
"""
import hashlib
import os
import sys

from twisted.cred import checkers, credentials, portal
from twisted.internet import protocol, reactor, ssl
from twisted.mail import pop3
from zope.interface import implementer


@implementer(pop3.IMailbox)
class Folder:
    """A deleted message keeps its number, and is listed with no octets, as Twisted's own mailboxes do."""

    def __init__(self, path):
        self.paths = [os.path.join(path, name) for name in sorted(os.listdir(path))]
        self.deleted = set()

    def listMessages(self, index=None):
        if index is None:
            return [self.size(each) for each in range(len(self.paths))]
        return self.size(index)

    def size(self, index):
        return 0 if index in self.deleted else os.path.getsize(self.paths[index])

    def path(self, index):
        if index in self.deleted:
            raise ValueError("deleted")
        return self.paths[index]

    def getMessage(self, index):
        return open(self.path(index), "rb")

    def getUidl(self, index):
        return hashlib.md5(os.path.basename(self.path(index)).encode()).hexdigest().encode()

    def deleteMessage(self, index):
        self.path(index)
        self.deleted.add(index)

    def undeleteMessages(self):
        self.deleted.clear()

    def sync(self):
        for index in self.deleted:
            os.unlink(self.paths[index])
        self.deleted.clear()


@implementer(portal.IRealm)
class Folders:
    def __init__(self, path):
        self.path = path

    def requestAvatar(self, user, mind, *interfaces):
        return pop3.IMailbox, Folder(os.path.join(self.path, user.decode())), lambda: None


@implementer(pop3.IServerFactory)
class Server(protocol.ServerFactory):
    challengers = {b"CRAM-MD5": credentials.CramMD5Credentials}

    def __init__(self, own_portal):
        self.portal = own_portal

    def buildProtocol(self, address):
        conversation = pop3.POP3()
        conversation.factory = self
        conversation.portal = self.portal
        return conversation

    def cap_IMPLEMENTATION(self):
        return b"Twisted"

    def cap_EXPIRE(self):
        return b"NEVER"

    def cap_LOGIN_DELAY(self):
        return b"0"

    def perUserExpiration(self):
        return False

    def perUserLoginDelay(self):
        return False


def main():
    port, tls_port, certificate, key, mail = sys.argv[1:]
    passwords = checkers.InMemoryUsernamePasswordDatabaseDontUse()
    for user in os.listdir(mail):
        passwords.addUser(user.encode(), os.environ["POP3_PASSWORD"].encode())
    server = Server(portal.Portal(Folders(mail), [passwords]))
    reactor.listenTCP(int(port), server, interface="127.0.0.1")
    context = ssl.DefaultOpenSSLContextFactory(key, certificate)
    reactor.listenSSL(int(tls_port), server, context, interface="127.0.0.1")
    reactor.run()


main()
