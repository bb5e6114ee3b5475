"""The power goes: what was acknowledged is on the disk. Needs root and a loop device, else it is skipped."""

import contextlib
import fcntl
import os
import random
import shutil
import struct
import subprocess
import time

import pytest

from engine.store.store import Store
from tests.faults.harness import Server, drive, resend, serving
from tests.faults.ledger import Ledger, faults_of
from tests.faults.tally import add

CUTS = 10
EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING = struct.pack("I", 2)


def missing() -> str | None:
    """Why the power cannot be cut here."""
    if os.geteuid() != 0:
        return "cutting the power needs root"
    for tool in ("mkfs.ext4", "mount", "umount"):
        if shutil.which(tool) is None:
            return f"cutting the power needs `{tool}`"
    return None


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own, in a file."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    image, place = tmp_path / "disk.img", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(192 * 2**20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, place], check=False).returncode:
        pytest.skip("cutting the power needs a loop device")
    yield image, place
    subprocess.run(["umount", "-l", place], check=False)


def cut_power(image, place) -> None:
    """Stop the file system as a power cut does, then start it again."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, WITHOUT_FLUSHING)
    finally:
        os.close(descriptor)


def start_disk(image, place) -> None:
    """Mount it again; its own journal is read first."""
    for _ in range(50):
        if subprocess.run(["umount", place], check=False, capture_output=True).returncode == 0:
            break
        time.sleep(0.1)
    subprocess.run(["mount", "-o", "loop", image, place], check=True)


def cut_often(image, place, cuts: int, seed: int) -> list[str]:
    """Cut the power under writers again and again, and judge everything at the end."""
    chance = random.Random(seed)
    ledger = Ledger()
    database = str(place / "cases.db")
    Store.open(database).close()
    for _ in range(cuts):
        server = Server(database).ready()

        def cut(server=server):
            cut_power(image, place)
            server.kill()

        drive(server, ledger, chance.randint(5, 100), cut)
        start_disk(image, place)
    with serving(database) as server:
        faults = resend(server, ledger, chance, most=200)
    assert len(ledger.said("stored")) > cuts, "hardly anything was written: nothing was tried"
    return faults + faults_of(ledger, database)


@pytest.mark.long
def test_what_was_acknowledged_survives_a_power_cut(disk):
    assert cut_often(disk[0], disk[1], CUTS, seed=3) == []


@pytest.mark.long
def test_a_power_cut_does_lose_what_was_not_synced(disk, tmp_path):
    """The harness bites: without a sync at each commit, acknowledged events are lost."""
    image, place = disk
    database = str(place / "cases.db")
    lost = False
    for _ in range(4):
        ledger = Ledger()
        with contextlib.suppress(FileNotFoundError):
            for each in place.glob("cases.db*"):
                each.unlink()
        Store.open(database).close()
        subprocess.run(["sync"], check=True)
        server = Server(database, "unsynced_commits").ready()

        def cut(server=server):
            cut_power(image, place)
            server.kill()

        drive(server, ledger, 100, cut)
        start_disk(image, place)
        lost = lost or any("lost" in fault or "not there" in fault for fault in faults_of(ledger, database))
        if lost:
            break
    assert lost


@pytest.mark.long
def test_power_cuts_for_ten_minutes(disk):
    until, chance = time.monotonic() + 600, random.SystemRandom()
    while time.monotonic() < until:
        seed = chance.randrange(2**32)
        faults = cut_often(disk[0], disk[1], 20, seed)
        add("power cut", 20, faults, seed)
        assert faults == [], f"seed {seed}"
