"""A mail server for the flows: aiosmtpd with STARTTLS and AUTH, which takes letters into a
folder. A file says how it behaves: "take", "later" (451), "never" (550), "stranger" (535),
"hang" (never answers DATA)."""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder = pathlib.Path(sys.argv[1])
certificate, key = sys.argv[2], sys.argv[3]
port = int(sys.argv[4])


def manner() -> str:
    return (folder / "manner").read_text().strip()


class Box:
    # Over a restart too.
    count = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, server, session, envelope):
        (folder / "tries").open("a").write(manner() + "\n")
        if manner() == "later":
            return "451 4.7.1 greylisted, come back later"
        if manner() == "never":
            return "550 5.1.1 no such mailbox"
        if manner() == "hang":
            await asyncio.sleep(3600)
        Box.count += 1
        name = f"{Box.count:04}-{'tls' if session.ssl else 'plain'}-{session.auth_data or 'nobody'}"
        aside = folder / f".{name}"
        aside.write_bytes(envelope.content)
        aside.rename(folder / f"{name}.eml")
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    if manner() != "stranger" and (user, password) == ("kasir", "rahasia"):
        return AuthResult(success=True, auth_data=user)
    return AuthResult(success=False, handled=False)


def protocol() -> SMTP:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return SMTP(
        Box(),
        hostname="localhost",
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    )


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
