"""A line between client and database that can be cut, slowed or left hanging."""

import contextlib
import socket
import threading
import time


class Proxy:
    """Passes bytes on to a port.

    Attributes:
        mode: `pass`, `slow`, `stall` (half open: nothing comes, nothing ends) or `cut`.
        cut_after: Bytes from the server after which the line is cut once.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.mode = "pass"
        self.cut_after: int | None = None
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self.listener.getsockname()[1]
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "cut":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.close()
                continue
            self.pairs.append((client, server))
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, from_server: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                while self.mode == "stall":
                    time.sleep(0.05)
                if self.mode == "slow":
                    time.sleep(0.05)
                if from_server and self.cut_after is not None:
                    data = data[: self.cut_after]
                    self.cut_after -= len(data)
                    sink.sendall(data)
                    if self.cut_after <= 0:
                        self.cut_after = None
                        break
                    continue
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """End every connection at once."""
        for pair in self.pairs:
            for each in pair:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End everything."""
        self.listener.close()
        self.mode = "pass"
        self.cut()
        for pair in self.pairs:
            for each in pair:
                each.close()
